using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Losses.Tests;

/// <summary>Methods whose type arguments are known when the program runs.</summary>
internal static class Generic
{
    private static readonly ConcurrentDictionary<(Type, string, Type, Type?), MethodInfo> s_methods = new();

    internal static void Invoke(Type owner, string method, Type first, Type? second, params object?[] arguments) =>
        _ = Invoke(s_methods.GetOrAdd((owner, method, first, second), Find), null, arguments);

    /// <summary>The result; an exception as it was thrown.</summary>
    internal static object? Invoke(MethodBase method, object? instance, object?[] arguments)
    {
        try
        {
            return method.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, arguments, null);
        }
        catch (TargetInvocationException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerException!);
            throw;
        }
    }

    private static MethodInfo Find((Type Owner, string Method, Type First, Type? Second) key) =>
        key
            .Owner.GetMethod(key.Method, BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!
            .MakeGenericMethod(key.Second is { } second ? [key.First, second] : [key.First]);
}
