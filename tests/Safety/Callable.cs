using System.Numerics.Tensors;
using System.Reflection;
using System.Reflection.Emit;

namespace Losses.Tests;

/// <summary>A member as a function of boxed arguments, the instance first; where it takes a span it is given an array, which reflection alone cannot do.</summary>
internal sealed class Callable
{
    private readonly Func<object?[], object?> _call;

    private Callable(string[] names, Type[] types, bool hasInstance, Func<object?[], object?> call) =>
        (Names, Types, HasInstance, _call) = (names, types, hasInstance, call);

    /// <summary>Of the arguments.</summary>
    internal Type[] Types { get; }

    /// <summary>Of the parameters.</summary>
    internal string[] Names { get; }

    internal bool HasInstance { get; }

    internal object? Invoke(object?[] arguments) => _call(arguments);

    internal static Callable Of(MethodBase member)
    {
        var parameters = member.GetParameters();
        var hasInstance = member is MethodInfo { IsStatic: false };
        Type[] types =
        [
            .. hasInstance ? new[] { member.DeclaringType! } : [],
            .. parameters.Where(p => !p.IsOut).Select(p => Boxed(p.ParameterType)),
        ];
        var method = new DynamicMethod("call", typeof(object), [typeof(object?[])], typeof(Callable).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        var at = 0;
        if (hasInstance)
        {
            Load(member.DeclaringType!);
            if (member.DeclaringType!.IsValueType)
            {
                var local = il.DeclareLocal(member.DeclaringType);
                il.Emit(OpCodes.Stloc, local);
                il.Emit(OpCodes.Ldloca, local);
            }
        }
        foreach (var parameter in parameters)
        {
            var type = parameter.ParameterType;
            if (parameter.IsOut)
                il.Emit(OpCodes.Ldloca, il.DeclareLocal(type.GetElementType()!));
            else if (IsSpan(type))
            {
                Load(Boxed(type));
                il.Emit(OpCodes.Call, type.GetMethod("op_Implicit", [Boxed(type)])!);
            }
            else if (IsTensorSpan(type))
            {
                var local = il.DeclareLocal(type.GetElementType()!);
                Load(Boxed(type));
                il.Emit(OpCodes.Call, local.LocalType.GetMethod("op_Implicit", [Boxed(type)])!);
                il.Emit(OpCodes.Stloc, local);
                il.Emit(OpCodes.Ldloca, local);
            }
            else
                Load(type);
        }
        if (member is ConstructorInfo constructor)
        {
            il.Emit(OpCodes.Newobj, constructor);
            Box(member.DeclaringType!);
        }
        else
        {
            var called = (MethodInfo)member;
            il.Emit(hasInstance && !member.DeclaringType!.IsValueType ? OpCodes.Callvirt : OpCodes.Call, called);
            if (called.ReturnType == typeof(void))
                il.Emit(OpCodes.Ldnull);
            else
                Box(called.ReturnType);
        }
        il.Emit(OpCodes.Ret);
        return new(
            [
                .. parameters.Select(p => p.Name!),
                .. parameters.SelectMany(p => Fields(p.ParameterType)),
                .. hasInstance ? Fields(member.DeclaringType!) : [],
            ],
            types,
            hasInstance,
            method.CreateDelegate<Func<object?[], object?>>()
        );

        void Load(Type type)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, at++);
            il.Emit(OpCodes.Ldelem_Ref);
            il.Emit(OpCodes.Unbox_Any, type);
        }

        void Box(Type type)
        {
            if (IsSpan(type))
            {
                var local = il.DeclareLocal(type);
                il.Emit(OpCodes.Stloc, local);
                il.Emit(OpCodes.Ldloca, local);
                il.Emit(OpCodes.Call, type.GetMethod("ToArray")!);
            }
            else if (type.IsByRefLike)
            {
                il.Emit(OpCodes.Pop);
                il.Emit(OpCodes.Ldnull);
            }
            else if (type.IsValueType)
                il.Emit(OpCodes.Box, type);
        }
    }

    // A record of options is known by its fields too, and a definition by what it was made of.
    private static IEnumerable<string> Fields(Type type) =>
        type.Assembly != typeof(FSharp.Reducing).Assembly ? []
        : type.IsValueType ? type.GetConstructors().SelectMany(constructor => constructor.GetParameters()).Select(p => p.Name!)
        : type.GetProperties().Select(field => char.ToLowerInvariant(field.Name[0]) + field.Name[1..]);

    private static bool IsSpan(Type type) =>
        type.IsGenericType
        && (type.GetGenericTypeDefinition() == typeof(ReadOnlySpan<>) || type.GetGenericTypeDefinition() == typeof(Span<>));

    // By reference, as large structs are taken.
    private static bool IsTensorSpan(Type type) =>
        type.GetElementType() is { IsGenericType: true } element
        && (
            element.GetGenericTypeDefinition() == typeof(ReadOnlyTensorSpan<>) || element.GetGenericTypeDefinition() == typeof(TensorSpan<>)
        );

    private static Type Boxed(Type type) =>
        IsSpan(type) ? type.GetGenericArguments()[0].MakeArrayType()
        : IsTensorSpan(type) ? type.GetElementType()!.GetGenericArguments()[0].MakeArrayType()
        : type;
}
