# %%
import sys, warnings, logging, os
import numpy as np
print("to stderr", file=sys.stderr)
os.write(2, b"straight to the descriptor\n")
os.write(1, b"\xff\xfe not even text\n")
warnings.warn("something is deprecated", DeprecationWarning)
logging.basicConfig(level=logging.DEBUG, force=True)
logging.getLogger().error("loud")
sys.stderr.write("no line end")
# %%
def exponential_average(values, beta):
    print("called with", values, file=sys.stderr, flush=True)
    warnings.warn("slow")
    logging.critical("beta %s", beta)
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        print(end="\r" + "." * t)
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t))
    sys.stdout.flush()
    return np.array(averages)
# %%
import io
sys.stdout = io.StringIO()
sys.stderr = open(os.devnull, "w")
