namespace Losses;

// The one-line primitives of a register width. All mathematics over them is written once, in LaneMath: a width that answered an
// operation with other bits than another width would break the promise that every machine gives the same loss.
internal interface ISimd<TVector>
    where TVector : struct
{
    static abstract bool IsSupported { get; }
    static abstract int Count { get; }

    static abstract TVector LoadSingle(ref readonly float source, nuint offset);
    static abstract TVector LoadDouble(ref readonly double source, nuint offset);
    static abstract void StoreSingle(TVector value, ref float destination, nuint offset);
    static abstract void StoreDouble(TVector value, ref double destination, nuint offset);
    static abstract unsafe void StreamSingle(TVector value, float* place);
    static abstract unsafe void StreamDouble(TVector value, double* place);

    static abstract TVector Create(double value);
    static abstract TVector FromBits(long bits);

    static abstract TVector Add(TVector a, TVector b);
    static abstract TVector Subtract(TVector a, TVector b);
    static abstract TVector Multiply(TVector a, TVector b);
    static abstract TVector Divide(TVector a, TVector b);
    static abstract TVector Sqrt(TVector x);
    static abstract TVector Negate(TVector x);
    static abstract TVector Abs(TVector x);

    // a·b + c, rounded once.
    static abstract TVector Fma(TVector a, TVector b, TVector c);

    // c − a·b, rounded once.
    static abstract TVector FmaNegated(TVector a, TVector b, TVector c);

    // IEEE maximum and minimum: NaN where either is, −0 below +0.
    static abstract TVector Max(TVector a, TVector b);
    static abstract TVector Min(TVector a, TVector b);

    // The larger or smaller of a constant and x, x where it is NaN: one instruction. The bound is not 0.
    static abstract TVector AtLeast(TVector bound, TVector x);
    static abstract TVector AtMost(TVector bound, TVector x);

    // x where it is above 0, else 0 (also for NaN).
    static abstract TVector Positive(TVector x);

    // x where it is below 0, else 0 (also for NaN).
    static abstract TVector Negative(TVector x);

    static abstract TVector IfLess(TVector a, TVector b, TVector less, TVector otherwise);

    // Whether a < b in any place.
    static abstract bool IsAnyLess(TVector a, TVector b);

    static abstract TVector IfEqual(TVector a, TVector b, TVector equal, TVector otherwise);

    // 0 where w is 0, else w·x.
    static abstract TVector Weigh(TVector w, TVector x);

    // The bits as numbers of 64 bits.
    static abstract TVector AddBits(TVector a, TVector b);
    static abstract TVector SubtractBits(TVector a, TVector b);
    static abstract TVector And(TVector a, TVector b);
    static abstract TVector Or(TVector a, TVector b);
    static abstract TVector ShiftLeft(TVector x, int count);
    static abstract TVector ShiftRight(TVector x, int count);

    // Halves, rounding down, the lower 32 bits as a signed number; the upper 32 bits are of no account.
    static abstract TVector HalveInt32(TVector x);

    // x·2ᵏ, rounded once, for a whole k of at most 2000 in magnitude.
    static abstract TVector Scale(TVector x, TVector k);

    // x = m·2ᵉ with m in [¾, 1½), subnormals included. e is −∞ at ±0 and +∞ at +∞, with m = 1 (±1 at −0); m or e is NaN below 0 and at NaN.
    static abstract (TVector M, TVector E) Decompose(TVector x);
}
