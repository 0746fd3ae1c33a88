# %%
import numpy as np
print("x" * 20_000_000)
for i in range(20_000): print(i, end=" ")
"y" * 5_000_000
# %%
class Wide:
    def __repr__(self): return "z" * 5_000_000
    def _repr_html_(self): return "<table>" + "<tr>" * 1_000_000
def exponential_average(values, beta):
    display(Wide())
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t))
    return np.array(averages)
Wide()
# %%
from IPython.display import HTML, Markdown, clear_output, display as show
show(HTML("<script>alert(1)</script>"), Markdown("# big"))
clear_output(wait=True)
