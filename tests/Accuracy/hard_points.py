"""Writes hard_points.txt: hard points of the losses, their values and slopes, by mpmath with 4000 bits.

A line is the loss, its operands (rows of numbers that float32 holds), its labels, its value, and its slopes by every element of every
operand; numbers are float64 by their bits, the results as a sum of two. Needed only to change the points:
python3 hard_points.py > hard_points.txt
"""

import random
import struct

from mpmath import exp, log, log1p, mp, mpf, sqrt

mp.prec = 4000
random.seed(4)


def bits(x):
    return "%016x" % struct.unpack(">Q", struct.pack(">d", x))[0]


def single(x):
    """The float32 number nearest to x."""
    return struct.unpack(">f", struct.pack(">f", x))[0]


def nearest(x):
    """The float64 number nearest to x, subnormals included."""
    if x == 0:
        return 0.0
    exponent = int(mp.floor(mp.log(abs(x), 2)))
    unit = max(exponent - 52, -1074)
    return float(mp.ldexp(mp.nint(mp.ldexp(x, -unit)), unit))


def split(x):
    high = nearest(x)
    return bits(high) + " " + bits(nearest(x - mpf(high)))


def softplus(x):
    return log1p(exp(x)) if x < 0 else x + log1p(exp(-x))


def log_sum_exp(x):
    return log(sum(exp(y) for y in x))


def dot(x, y):
    return sum(a * b for a, b in zip(x, y))


def distance(x, y, p=2, eps="1e-6"):
    eps = mpf(float(eps))
    return mp.root(sum(abs(a - b + eps) ** p for a, b in zip(x, y)), p)


def hinge(x):
    return x if x > 0 else mpf(0)


def huber(x, t):
    d = abs(x - t)
    return d * d / 2 if d < 1 else d - mpf(1) / 2


def ctc(x, labels):
    """All paths of three frames of three classes, blank 0."""
    total = mpf(0)
    for path in ((a, b, c) for a in range(3) for b in range(3) for c in range(3)):
        kept = [c for i, c in enumerate(path) if c != 0 and (i == 0 or path[i - 1] != c)]
        if kept == labels:
            total += exp(sum(x[3 * t + c] for t, c in enumerate(path)))
    return -log(total)


def triplet(a, p, n):
    return hinge(distance(a, p) - distance(a, n) + 1)


def scalar(f):
    return lambda operands, labels: f(*[operand[0] for operand in operands])


LOSSES = {
    "mse": scalar(lambda x, t: (x - t) ** 2),
    "huber delta 1": scalar(huber),
    "bce": scalar(lambda p, t: -t * log(p) - (1 - t) * log1p(-p)),
    "bceWithLogits": scalar(lambda x, t: t * softplus(-x) + (1 - t) * softplus(x)),
    "softMargin": scalar(lambda x, t: softplus(-t * x)),
    "poissonNLL": scalar(lambda x, t: exp(x) - t * x),
    "gaussianNLL": scalar(lambda x, t, v: (log(v) + (x - t) ** 2 / v) / 2),
    "klDiv": scalar(lambda x, t: t * (log(t) - x)),
    "klDiv of logarithms": scalar(lambda x, t: exp(t) * (t - x)),
    "sigmoid": scalar(lambda x: 1 / (1 + exp(-x))),
    "logSigmoid": scalar(lambda x: -softplus(-x)),
    "softplus": scalar(softplus),
    "crossEntropy": lambda x, y: log_sum_exp(x[0]) - x[0][y[0]],
    "logSumExp": lambda x, y: log_sum_exp(x[0]),
    "crossEntropyWithProbabilities": lambda x, y: sum(t * (log_sum_exp(x[0]) - z) for z, t in zip(x[0], x[1])),
    "cosineSimilarity": lambda x, y: dot(x[0], x[1]) / sqrt(dot(x[0], x[0])) / sqrt(dot(x[1], x[1])),
    "cosineDistance": lambda x, y: 1 - dot(x[0], x[1]) / sqrt(dot(x[0], x[0])) / sqrt(dot(x[1], x[1])),
    "pairwiseDistance p 2 eps 1E-06": lambda x, y: distance(x[0], x[1]),
    "pairwiseDistance p 3 eps 1E-06": lambda x, y: distance(x[0], x[1], 3),
    "tripletMargin": lambda x, y: triplet(*x),
    "multiMargin p 2": lambda x, y: sum(hinge(1 - x[0][y[0]] + z) ** 2 for c, z in enumerate(x[0]) if c != y[0]) / len(x[0]),
    "multiLabelSoftMargin": lambda x, y: sum(t * softplus(-z) + (1 - t) * softplus(z) for z, t in zip(x[0], x[1])) / len(x[0]),
    "ctc of 3 classes": lambda x, y: ctc(x[0], [c for c in y if c > 0]),
}

HARD = [1e-45, -1e-45, 1.2e-38, 1e-20, -1e-20, 3e-8, -1e-4, 0.5, -1, 1.0000001, 16.6355, 17, -17, -20, 37, -37, 88.72283, -88.72284, -103.97, 400]


def points(name):
    if name in ("mse", "huber delta 1"):
        for x in HARD:
            yield [[x], [x * 1.0000002]], []
            yield [[x], [random.choice(HARD) * 0.7 + 1e-3]], []
    elif name == "bce":
        for p in [1e-9, 1e-5, 1e-3, 0.3, 0.49999997, 0.50000006, 0.9, 0.999, 0.99999994]:
            for t in [0.0, 1e-9, 0.3, p / 3, 1.0]:
                yield [[p], [t]], []
    elif name in ("sigmoid", "logSigmoid", "softplus"):
        for x in HARD:
            yield [[x]], []
    elif name == "bceWithLogits":
        for x in HARD:
            for t in [0.0, 1.0, 1e-30, 0.25]:
                yield [[x], [t]], []
    elif name == "softMargin":
        for x in HARD:
            yield [[x], [random.choice([1.0, -1.0])]], []
    elif name == "poissonNLL":
        for x in [-100.5, -20, -1e-10, 1e-20, 0.7, 2.3025851, 40, 88]:
            for t in [0.0, 3.0, 10.0, 1e-30]:
                yield [[x], [t]], []
    elif name == "gaussianNLL":
        for x, t, v in [(1, 1.0000001, 1e-5), (3, -2, 25.5), (1e20, 1, 3), (1e-30, -1e-30, 1e10), (0.1, 0.3, 0.04), (7, 7.5, 1e30)]:
            yield [[x], [t], [v]], []
    elif name == "klDiv":
        for t in [1e-44, 1e-20, 0.1, 0.5, 0.99999994, 1.0]:
            for x in [-1e-20, -0.69314718, -2.3025851, -50, -1e30]:
                yield [[x], [t]], []
    elif name == "klDiv of logarithms":
        for t in [-1e-20, -0.6931472, -50, -103]:
            for x in [-1e-20, -0.69314718, -2.3025851, -50, -1e30]:
                yield [[x], [t]], []
    elif name in ("crossEntropy", "logSumExp"):
        rows = [[30, 0, -5], [0, 1e-20, -1e-20], [-100, 3, 88], [5], [1e-3, 1e-3], [-700, -20.5, 3, 2.9999998, -1e-30, 40], [-0.6931472, -0.69314718]]
        for row in rows:
            for y in range(len(row)) if name == "crossEntropy" else [0]:
                yield [row], [y] if name == "crossEntropy" else []
    elif name == "crossEntropyWithProbabilities":
        yield [[30, 0, -5], [1, 0, 0]], []
        yield [[30, 0, -5], [0, 0.25, 0.75]], []
        yield [[1, -300, 2, 0.5], [0.25, 0.25, 0.5, 0]], []
    elif name in ("cosineSimilarity", "cosineDistance") or name.startswith("pairwise"):
        for x, y in [
            ([1, 2, 3], [1, 2, 3.0000002]),
            ([1, 2, 3], [-3, 1, 0.5]),
            ([1e-3, 5, -70, 1e-20], [4, 4, 1e-6, 2]),
            ([1e15, -3e14], [1e15, 3e14]),
            ([0.1, 0.2], [0.4, 0.8]),
            ([1, 0, 0], [1, 1e-6, 1e-12]),
        ]:
            if name != "cosineDistance" or y != [0.4, 0.8]:
                yield [x, y], []
    elif name == "tripletMargin":
        yield [[1, 2, 3], [1, 2, 3.5], [1.5, 2, 3]], []
        yield [[1e-3, 5], [20, -3], [0.5, 7]], []
        yield [[0.25, 1e-9], [0.25, 2e-9], [0.75, 1]], []
    elif name == "multiMargin p 2":
        yield [[1, 2, 3]], [0]
        yield [[0.3, 0.3, 0.3]], [2]
        yield [[1e30, 1e30, -1e30]], [1]
        yield [[1, 2.0000002, -5]], [1]
    elif name == "multiLabelSoftMargin":
        yield [[30, 1e-20, -5], [1, 0, 0]], []
        yield [[-88, 17, 0.5, 3], [1, 1, 0, 0.25]], []
    else:
        for labels in [[0, 0, 0], [1, 0, 0], [1, 2, 0], [1, 2, 1]]:
            yield [[-1, -0.5, -2, -3, -1e-3, -40, -0.25, -5, -1.5]], labels
            yield [[-1e-9, -21, -25, -1e-9, -21, -25, -1e-9, -21, -25]], labels


def slope(loss, operands, labels, o, k):
    step = mpf(2) ** -1200 * max(abs(operands[o][k]), mpf(2) ** -160)
    moved = []
    for sign in (1, -1):
        row = list(operands[o])
        row[k] += sign * step
        moved.append(loss(operands[:o] + [row] + operands[o + 1 :], labels))
    return (moved[0] - moved[1]) / (2 * step)


for name, loss in LOSSES.items():
    for operands, labels in points(name):
        given = [[single(x) for x in row] for row in operands]
        exact = [[mpf(x) for x in row] for row in given]
        slopes = [split(slope(loss, exact, labels, o, k)) for o, row in enumerate(exact) for k in range(len(row))]
        print(
            ";".join(
                [
                    name,
                    ",".join(" ".join(bits(x) for x in row) for row in given),
                    " ".join(str(y) for y in labels),
                    split(loss(exact, labels)),
                    ",".join(slopes),
                ]
            )
        )
