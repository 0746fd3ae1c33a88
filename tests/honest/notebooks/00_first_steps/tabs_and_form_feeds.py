# %%
import numpy as np	
if True:
	def exponential_average(values, beta):
		average, averages = 0.0, []   	 
		for t, value in enumerate(values, start=1):
			average = beta * average + (1 - beta) * value; averages.append(average / (1 - beta ** t))

		return \
			np.array(averages)

# %%
   
	
# %%
# only a comment
# %%
pass;;
# %%
"""only a text"""
