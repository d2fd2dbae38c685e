using System.Text.Json;
using System.Text.Json.Serialization;

namespace Losses;

// What System.Text.Json stores of sums: a string, their bytes in base 64.
internal abstract class BytesConverter<T> : JsonConverter<T>
{
    protected abstract T From(ReadOnlySpan<byte> bytes);

    protected abstract int Write(T value, Span<byte> bytes);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || !reader.TryGetBytesFromBase64(out var bytes))
            throw new JsonException($"A {typeof(T).Name} is a string of base 64.");
        try
        {
            return From(bytes);
        }
        catch (ArgumentException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        var bytes = (stackalloc byte[LossAccumulator.MaxByteCount]);
        writer.WriteBase64StringValue(bytes[..Write(value, bytes)]);
    }
}

internal sealed class ExactSumConverter : BytesConverter<ExactSum>
{
    protected override ExactSum From(ReadOnlySpan<byte> bytes) => ExactSum.FromBytes(bytes);

    protected override int Write(ExactSum value, Span<byte> bytes) => value.TryWriteBytes(bytes, out var written) ? written : 0;
}

internal sealed class LossAccumulatorConverter : BytesConverter<LossAccumulator>
{
    protected override LossAccumulator From(ReadOnlySpan<byte> bytes) => LossAccumulator.FromBytes(bytes);

    protected override int Write(LossAccumulator value, Span<byte> bytes) => value.TryWriteBytes(bytes, out var written) ? written : 0;
}
