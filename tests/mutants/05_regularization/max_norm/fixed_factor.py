"""All weights were multiplied by the same factor, as the slide's s in (0, 1]: that is weight
decay, with no bound.

loses: neurons_end_in_the_ball, two_neurons_on_paper, short_neurons_are_left_alone
"""


def max_norm(w, max_value):
    return max_value * w
