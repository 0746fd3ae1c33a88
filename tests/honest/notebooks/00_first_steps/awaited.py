# %%
import asyncio
import numpy as np

async def zero():
    await asyncio.sleep(0.01)
    return 0.0

async def steps(values):
    for pair in enumerate(values, start=1):
        await asyncio.sleep(0)
        yield pair
# %%
start = await zero()
others = await asyncio.gather(*(zero() for _ in range(3)))
async with asyncio.Lock():
    print([t async for t, _ in steps("abc")])
# %%
async def _averages(values, beta):
    average, averages = start, []
    async for t, value in steps(values):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t))
    return np.array(averages)

def exponential_average(values, beta):
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(_averages(values, beta))
    finally:
        loop.close()
# %%
await _averages([1.0, 2.0], 0.9)
