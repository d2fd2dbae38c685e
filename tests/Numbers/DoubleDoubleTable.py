"""Writes DoubleDoubleTable.txt: hard points of every function of DoubleDouble and their values, by mpmath with 2400 bits.

A line is a name, the first argument (two float64 numbers by their bits), the second argument (likewise) and the value (likewise).
python3 DoubleDoubleTable.py [points a function] [seed] > DoubleDoubleTable.txt; the table is that of 40 points and seed 7.
"""

import math
import random
import struct
import sys

from mpmath import mp, mpf

mp.prec = 2400
POINTS = int(sys.argv[1]) if len(sys.argv) > 1 else 40
random.seed(int(sys.argv[2]) if len(sys.argv) > 2 else 1)


def bits(x):
    return "%016x" % struct.unpack(">Q", struct.pack(">d", x))[0]


def nearest(x):
    """The float64 number nearest to x, ties to even, subnormals included."""
    if x == 0:
        return 0.0
    exponent = int(mp.floor(mp.log(abs(x), 2)))
    unit = max(exponent - 52, -1074)
    return math.ldexp(int(mp.nint(x / mpf(2) ** unit)), unit)


def split(x):
    high = nearest(x)
    return high, nearest(x - mpf(high))


def value(pair):
    return mpf(pair[0]) + mpf(pair[1])


def sign():
    return random.choice([-1, 1])


def near(x, places):
    return x * (1 + sign() * random.random() * 2.0**-places)


def extend(high):
    """A number of 106 bits whose high part this is; sometimes the low part is 0 or far away."""
    if high == 0 or random.random() < 0.3:
        return high, 0.0
    low = math.ulp(high) / 2 * random.uniform(-0.99, 0.99) * 2.0 ** -random.choice([0, 0, 0, 1, 5, 20, 50])
    return split(mpf(high) + mpf(low))


LOG2 = math.log(2)

EXPONENTS = [
    lambda: random.uniform(-745, 709.7),
    lambda: random.uniform(-2, 2),
    lambda: sign() * 2.0 ** random.uniform(-150, 2),
    lambda: near(random.randint(-1000, 1000) * LOG2, random.uniform(5, 53)),
    lambda: near((random.randint(-1000, 1000) + 0.5) * LOG2, random.uniform(5, 53)),
    lambda: random.uniform(-40, 40),
    lambda: random.uniform(-745, -690),
    lambda: random.choice([1.0, -1.0, 0.5, -0.5, 88.7228, -103.97, 16.6, -16.6, 37.0, 709.0, -708.0]),
]

POSITIVES = [
    lambda: 2.0 ** random.uniform(-1021, 1023),
    lambda: 1 + sign() * 2.0 ** random.uniform(-52, -1.1),
    lambda: random.uniform(0.4, 2.5),
    lambda: near(2.0 ** random.randint(-30, 30), random.uniform(1, 53)),
    lambda: math.sqrt(2) * near(2.0 ** random.randint(-3, 3), random.uniform(30, 53)),
    lambda: random.choice([0.5, 2.0, 1.5, 0.75, 10.0, 1e-300, 1e-310, 5e-324, 1e308, math.e]),
]

ABOVE_MINUS_ONE = [
    lambda: sign() * 2.0 ** random.uniform(-200, -1.01),
    lambda: -1 + 2.0 ** random.uniform(-52, -0.5),
    lambda: 2.0 ** random.uniform(-3, 1000),
    lambda: random.uniform(-0.7, 0.7),
    lambda: sign() * near(0.5, random.uniform(3, 53)),
    lambda: random.choice([1.0, 0.5, -0.5, 2.0**-52, 2.0**-53, -(2.0**-53), 2.0**53, 1e-300, 1e-20]),
]

BASES = [
    lambda: 2.0 ** random.uniform(-400, 400),
    lambda: random.uniform(0.1, 10),
    lambda: near(1.0, random.uniform(2, 52)),
    lambda: 2.0 ** random.uniform(-20, 20),
]

POWERS = [0.5, 1.5, 2.0, 3.0, -0.5, -1.0, -2.0, 0.25, 1 / 3, -1.7, 7.3, 15.9, -12.25, 16.0, 33.0, -57.3, 1000.5, 1e6, 1e15]

FACTORS = [
    lambda: sign() * 2.0 ** random.uniform(-300, 300),
    lambda: sign() * 2.0 ** random.uniform(-5, 5),
    lambda: sign() * float(random.randint(1, 100)),
]


def write(name, points, function):
    written = 0
    while written < POINTS:
        x, y = points()
        result = function(value(x), value(y))
        if 0 < abs(result) < mpf(2) ** 1023:
            print(name, *map(bits, (*x, *y, *split(result))))
            written += 1


def of(kinds):
    return lambda: (extend(random.choice(kinds)()), (0.0, 0.0))


def power_points():
    x, p = extend(random.choice(BASES)()), random.choice(POWERS)
    if abs(p * mp.log(value(x))) > 700:
        return power_points()
    if p == int(p) and random.random() < 0.3:
        x = (-x[0], -x[1])
    return x, (p, 0.0)


def pairs():
    x = extend(random.choice(FACTORS)())
    return x, extend(random.choice(FACTORS)() if random.random() < 0.5 else -near(x[0], random.uniform(0, 54)))


def power(x, p):
    result = mp.exp(p * mp.log(abs(x)))
    return -result if x < 0 and int(p) % 2 else result


write("Add", pairs, lambda x, y: x + y)
write("Multiply", pairs, lambda x, y: x * y)
write("Divide", pairs, lambda x, y: x / y)
write("Sqrt", of(POSITIVES), lambda x, _: mp.sqrt(x))
write("Exp", of(EXPONENTS), lambda x, _: mp.exp(x))
write("ExpM1", of(EXPONENTS), lambda x, _: mp.expm1(x))
write("Log", of(POSITIVES), lambda x, _: mp.log(x))
write("Log1P", of(ABOVE_MINUS_ONE), lambda x, _: mp.log1p(x))
write("Softplus", of(EXPONENTS), lambda x, _: mp.log1p(mp.exp(x)))
write("SoftplusOfMinus", of(EXPONENTS), lambda x, _: mp.log1p(mp.exp(-x)))
write("Sigmoid", of(EXPONENTS), lambda x, _: 1 / (1 + mp.exp(-x)))
write("SigmoidOfMinus", of(EXPONENTS), lambda x, _: 1 / (1 + mp.exp(x)))
write("Power", power_points, power)
write("Tanh", of(EXPONENTS), lambda x, _: mp.tanh(x))
write("LogCosh", of(EXPONENTS), lambda x, _: mp.log(mp.cosh(x)))

ANGLES = [
    lambda: random.uniform(-4, 4),
    lambda: sign() * 2.0 ** random.uniform(-100, 60),
    lambda: sign() * 2.0 ** random.uniform(-3, 1022),
    lambda: near(random.randint(1, 1000) * math.pi / 4, random.uniform(5, 53)),
    lambda: random.choice([0.5, 1.0, 2.0, 6.0, 1e22, 0.75, math.tan(math.pi / 8), math.tan(3 * math.pi / 8)]),
]

write("Atan", of(ANGLES), lambda x, _: mp.atan(x))
write("Erf", of(ANGLES), lambda x, _: mp.erf(x) if abs(x) < 20 else mp.sign(x))
write("Sin", of(ANGLES), lambda x, _: mp.sin(x))
write("Cos", of(ANGLES), lambda x, _: mp.cos(x))

GAMMAS = [
    lambda: random.uniform(0, 50),
    lambda: 2.0 ** random.uniform(-1000, 900),
    lambda: near(random.choice([1.0, 2.0]), random.uniform(1, 52)),
    lambda: random.uniform(0, 5),
    lambda: random.choice([0.5, 1.5, 2.5, 3.0, 4.0, 1.46, 1e-300, 1e22]),
]


write("LogGamma", of(GAMMAS), lambda x, _: mp.loggamma(x))
write("Digamma", of(GAMMAS), lambda x, _: mp.psi(0, x))
mp.prec = 600
write("Trigamma", of(GAMMAS), lambda x, _: mp.psi(1, x))
write("Tetragamma", of(GAMMAS), lambda x, _: mp.psi(2, x))
