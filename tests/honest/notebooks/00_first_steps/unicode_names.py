# %%
import numpy as np
Δ, größe, 値 = 0.0, "groß 😀", [1.0]
ﬁrst = 1  # an identifier that Python normalizes to "first"
assert first == 1
def exponential_average(werte, β):
    """Über alle Werte: μₜ = β·μₜ₋₁ + (1 − β)·xₜ … ‮ and a bidirectional mark."""
    μ, 結果 = Δ, []
    for t, x̂ in enumerate(werte, start=1):
        μ = β * μ + (1 - β) * x̂
        結果.append(μ / (1 - β ** t))
    return np.array(結果)
print("\u2028\u202e", "naïve", "\ud83d\ude00".encode("utf-16", "surrogatepass"))
