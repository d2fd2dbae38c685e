namespace Losses;

// log 2 and its inverse, as the exponentials and logarithms of every kernel take them.
internal static class Logarithm
{
    public const double Ln2 = 0.6931471805599453;
    public const double Log2E = 1.4426950408889634;

    // What Ln2 lacks of log 2.
    public const double Ln2Rest = 2.3190468138462996e-17;

    // log 2 in two parts, the first of 42 bits: its product with an exponent is exact.
    public const double Ln2High = 0.6931471805598903;
    public const double Ln2Low = 5.497923018708371e-14;

    // Adding this and taking it away rounds to the nearest whole number.
    public const double Magic = 6755399441055744;
}
