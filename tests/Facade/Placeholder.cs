using System.Reflection;
using Xunit;

namespace Losses.Tests;

public class Placeholder
{
    [Fact]
    public void The_facade_loads() => Assert.Equal("Losses.CSharp", Assembly.Load("Losses.CSharp").GetName().Name);
}
