using FsCheck.Xunit;

namespace Losses.Tests;

public class Placeholder
{
    [Property]
    public bool Addition_commutes(int a, int b) => a + b == b + a;
}
