def monte_carlo_predict(forward, x, uniforms):
    ballots = []
    for u in uniforms:
        logits = np.asarray(forward(x, u))
        ballot = np.zeros(logits.shape)
        for i, row in enumerate(logits):
            ballot[i, int(np.argmax(row))] = 1
        ballots.append(ballot)
    share = sum(ballots) / len(ballots)
    return share, np.sqrt(share * (1 - share))
