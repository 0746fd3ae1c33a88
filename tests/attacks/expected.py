"""What is expected of every attack at every level.

An attack that is not listed is held at every level. No attack earns a point from `contained` up.
"""

from __future__ import annotations

from course_kit.grading.levels import LEVELS

# What an attack gets through to; below which level for sure; from which level it is held. Between
# the two the kernel decides: Landlock holds TCP from ABI 4, and privileges that the judge has and
# a student's process has not keep its memory closed.
FREE: dict[str, tuple[str, str, str]] = {
    "claims_imported_past_the_guard": ("100 points", "contained", "contained"),
    "claims_run_from_their_path": ("100 points", "contained", "contained"),
    "claims_as_package_data": ("100 points", "contained", "contained"),
    "claims_compiled": ("100 points", "limits", "contained"),  # if they are, on the disk
    "solutions_read": ("100 points", "limits", "contained"),  # if they are, beside the package
    "salt_read": ("loot", "contained", "contained"),
    "others_work_read": ("loot", "contained", "contained"),
    "class_listed": ("loot", "contained", "contained"),
    "others_environment_read": ("loot", "limits", "contained"),
    "others_root_read": ("loot", "contained", "contained"),
    "others_memory_read": ("loot", "limits", "contained"),
    "handle_opened": ("loot", "limits", "contained"),
    "filters_undone": ("loot", "contained", "contained"),
    "gradebook_written": ("files", "contained", "contained"),
    "gradebook_linked": ("files", "contained", "contained"),
    "gradebook_replaced": ("files", "contained", "contained"),
    "marks_of_files_changed": ("files", "contained", "contained"),
    "files_left": ("files, litter", "contained", "contained"),
    "others_killed": ("victim", "contained", "contained"),
    "signals_by_ownership": ("victim", "contained", "contained"),
    "others_slowed": ("victim", "limits", "sealed"),
    "others_traced": ("loot", "limits", "contained"),
    "others_memory_written": ("victim", "limits", "contained"),
    "parent_opened": ("loot", "limits", "contained"),
    "tcp_used": ("network", "contained", "sealed"),
    "udp_used": ("network", "sealed", "sealed"),
    "abstract_socket_used": ("network", "contained", "sealed"),
    "named_socket_used": ("network", "sealed", "sealed"),
    "pair_sent_elsewhere": ("network", "sealed", "sealed"),
    "shared_memory_left": ("ipc", "sealed", "sealed"),
}


def expected(name: str, level: str) -> set[str]:
    """What may be seen of one attack at one level."""
    got, free_below, held_from = FREE.get(name, ("held", "none", "none"))
    at = LEVELS.index(level)
    if at < LEVELS.index(free_below):
        return {got}
    return {"held"} if at >= LEVELS.index(held_from) else {"held", got}
