using System.Buffers;
using System.Runtime.Serialization;
using FsCheck.Xunit;
using MessagePack;
using MessagePack.Resolvers;
using Newtonsoft.Json;
using Xunit;

namespace Losses.Tests;

/// <summary>What is stored comes back, whichever serializer stores it, and what is no sum is refused.</summary>
[Properties(Arbitrary = [typeof(Batches)], MaxTest = 50)]
public class StoredTests
{
    private static T SystemTextJson<T>(T value) =>
        System.Text.Json.JsonSerializer.Deserialize<T>(System.Text.Json.JsonSerializer.Serialize(value))!;

    private static T Newtonsoft<T>(T value) => JsonConvert.DeserializeObject<T>(JsonConvert.SerializeObject(value))!;

    private static T MessagePack<T>(T value, MessagePackSerializerOptions options) =>
        MessagePackSerializer.Deserialize<T>(MessagePackSerializer.Serialize(value, options), options);

    private static T DataContract<T>(T value)
    {
        var serializer = new DataContractSerializer(typeof(T));
        using var stream = new MemoryStream();
        serializer.WriteObject(stream, value);
        stream.Position = 0;
        return (T)serializer.ReadObject(stream)!;
    }

    private static IEnumerable<(string Name, T Value)> Stored<T>(T value) =>
        [
            ("System.Text.Json", SystemTextJson(value)),
            ("Newtonsoft", Newtonsoft(value)),
            ("MessagePack", MessagePack(value, MessagePackSerializerOptions.Standard)),
            ("MessagePack without contracts", MessagePack(value, ContractlessStandardResolver.Options)),
            ("DataContractSerializer", DataContract(value)),
        ];

    private static LossAccumulator Total(Batch batch)
    {
        var total = new LossAccumulator();
        total.Add(batch.Values, [.. batch.Values.Select((_, i) => i % 3 * 0.1)]);
        return total;
    }

    private static ExactSum Sum(Batch batch)
    {
        var sum = new ExactSum();
        sum.Add(batch.Values);
        return sum;
    }

    private record Checkpoint(ExactSum Sum, LossAccumulator? Total);

    private class Writer(int room) : IBufferWriter<byte>
    {
        public List<byte> Written { get; } = [];

        private byte[] _next = [];

        public void Advance(int count) => Written.AddRange(_next[..count]);

        public Memory<byte> GetMemory(int sizeHint = 0) => _next = new byte[Math.Max(room, sizeHint)];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }

    [Property]
    public void Sums_come_back_and_add_on(Batch batch, Batch more)
    {
        foreach (var (name, back) in Stored(Sum(batch)))
        {
            Assert.True(Sum(batch).Equals(back), $"{name} gave {back} for {Sum(batch)}");
            back.Add(more.Values);
            Assert.Equal(Sum(new([.. batch.Values, .. more.Values])), back);
        }
    }

    [Property]
    public void Accumulators_come_back_and_add_on(Batch batch, Batch more)
    {
        foreach (var (name, back) in Stored(Total(batch)))
        {
            var expected = Total(batch);
            Assert.True(expected.Equals(back), $"{name} gave {back} for {expected}");
            expected.Merge(Total(more));
            back.Merge(Total(more));
            Assert.Equal(expected, back);
            back.Reset();
            Assert.Equal(new LossAccumulator(), back);
        }
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(0.0)]
    public void Sums_that_are_no_number_come_back(double value)
    {
        foreach (var (name, back) in Stored(Sum(new([value, 1]))))
            Assert.True(back.ToDouble().Equals(value + 1), $"{name} gave {back} for {value + 1}");
    }

    [Property]
    public void Members_of_other_types_come_back(Batch batch)
    {
        var checkpoint = new Checkpoint(Sum(batch), Total(batch));
        Assert.Equal(checkpoint, SystemTextJson(checkpoint));
        Assert.Equal(checkpoint, Newtonsoft(checkpoint));
        Assert.Equal(checkpoint with { Total = null }, SystemTextJson(checkpoint with { Total = null }));
    }

    [Property]
    public void Every_way_to_write_writes_the_same_bytes(Batch batch, byte room)
    {
        var (sum, total) = (Sum(batch), Total(batch));
        var (sums, totals) = (new Writer(room), new Writer(room));
        sum.WriteBytes(sums);
        total.WriteBytes(totals);
        Assert.Equal(sum.ToBytes(), sums.Written);
        Assert.Equal(total.ToBytes(), totals.Written);
        Assert.Equal(sum.ToBytes(), sum.Bytes);
        Assert.Equal(total.ToBytes(), total.Bytes);

        var exact = new byte[sum.ToBytes().Length];
        Assert.True(sum.TryWriteBytes(exact, out var written));
        Assert.Equal(exact.Length, written);
        Assert.Equal(sum.ToBytes(), exact);
        exact = new byte[total.ToBytes().Length];
        Assert.True(total.TryWriteBytes(exact, out written));
        Assert.Equal(exact.Length, written);
        Assert.Equal(total.ToBytes(), exact);
    }

    [Property]
    public void Too_short_a_destination_is_left_alone(Batch batch)
    {
        var destination = new byte[Sum(batch).ToBytes().Length - 1];
        Assert.False(Sum(batch).TryWriteBytes(destination, out var written));
        Assert.Equal(0, written);
        Assert.Equal(new byte[destination.Length], destination);
        destination = new byte[Total(batch).ToBytes().Length - 1];
        Assert.False(Total(batch).TryWriteBytes(destination, out written));
        Assert.Equal(0, written);
        Assert.Equal(new byte[destination.Length], destination);
    }

    [Property]
    public void No_stored_form_is_longer_than_it_says(Batch batch)
    {
        var widest = new ExactSum();
        widest.AddProduct(double.MaxValue, double.MaxValue);
        widest.AddProduct(double.Epsilon, -double.Epsilon);
        widest.Merge(Sum(batch));
        Assert.InRange(widest.ToBytes().Length, 4, ExactSum.MaxByteCount);
        Assert.InRange(Total(batch).ToBytes().Length, 9, LossAccumulator.MaxByteCount);
    }

    [Fact]
    public void Writing_allocates_nothing()
    {
        var total = Total(new([1, 1e300, 1e-300]));
        var bytes = new byte[LossAccumulator.MaxByteCount];
        total.TryWriteBytes(bytes, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        total.TryWriteBytes(bytes, out _);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Property]
    public void Another_version_is_refused_by_number(Batch batch, byte version)
    {
        var (sum, total) = (Sum(batch).ToBytes(), Total(batch).ToBytes());
        sum[0] = total[0] = version == 1 ? (byte)2 : version;
        Refuses($"bytes[0] is {sum[0]}, but the format's version is 1.", () => ExactSum.FromBytes(sum));
        Refuses($"bytes[0] is {sum[0]}, but the format's version is 1.", () => LossAccumulator.FromBytes(total));
    }

    [Property]
    public void Another_length_is_refused_by_its_number(Batch batch, byte cut)
    {
        var (sum, total) = (Sum(batch).ToBytes(), Total(batch).ToBytes());
        Refuses("bytes", () => ExactSum.FromBytes(sum[..(cut % sum.Length)]));
        Refuses("bytes", () => LossAccumulator.FromBytes(total[..(cut % total.Length)]));
        Refuses($"bytes has length {sum.Length + 1}", () => ExactSum.FromBytes([.. sum, 0]));
        Refuses(
            $"bytes has length {total.Length + 1}, but its two sums end at {total.Length}.",
            () => LossAccumulator.FromBytes([.. total, 0])
        );
    }

    [Fact]
    public void The_place_of_what_is_wrong_in_the_second_sum_is_that_in_the_bytes()
    {
        var total = Total(new([1])).ToBytes();
        var second = 1 + 4 + 4 * total[1 + 3];
        total[second] = 7;
        Refuses($"bytes[{second}] is 7, but the format's version is 1.", () => LossAccumulator.FromBytes(total));
    }

    [Fact]
    public void Serializers_say_what_is_wrong_with_the_bytes()
    {
        const string Wrong = "[0] is 9, but the format's version is 1.";
        var text = System.Convert.ToBase64String([9, 0, 0, 0]);
        Says<System.Text.Json.JsonException>(Wrong, () => System.Text.Json.JsonSerializer.Deserialize<ExactSum>($"\"{text}\""));
        Says<System.Text.Json.JsonException>(Wrong, () => System.Text.Json.JsonSerializer.Deserialize<LossAccumulator>($"\"{text}\""));
        Says<Exception>(Wrong, () => JsonConvert.DeserializeObject<ExactSum>($$"""{"Bytes":"{{text}}"}"""));
        Says<Exception>(Wrong, () => JsonConvert.DeserializeObject<LossAccumulator>($$"""{"Bytes":"{{text}}"}"""));
        Says<Exception>(
            Wrong,
            () =>
                MessagePackSerializer.Deserialize<LossAccumulator>(
                    MessagePackSerializer.Serialize(new object[] { new byte[] { 9, 0, 0, 0 } })
                )
        );
        // What has no bytes is no empty sum.
        Says<System.Text.Json.JsonException>("base 64", () => System.Text.Json.JsonSerializer.Deserialize<LossAccumulator>("{}"));
        Says<JsonSerializationException>("'Bytes'", () => JsonConvert.DeserializeObject<LossAccumulator>("{}"));
        Says<System.Text.Json.JsonException>("base 64", () => System.Text.Json.JsonSerializer.Deserialize<ExactSum>("\"no base\""));
        Says<Exception>(
            "Bytes",
            () =>
            {
                var xml = "<LossAccumulator xmlns=\"http://schemas.datacontract.org/2004/07/Losses\" />"u8;
                using var stream = new MemoryStream(xml.ToArray());
                _ = new DataContractSerializer(typeof(LossAccumulator)).ReadObject(stream);
            }
        );
    }

    private static void Refuses(string message, Func<object> read)
    {
        var e = Assert.Throws<ArgumentException>(() => _ = read());
        Assert.Equal("bytes", e.ParamName);
        Assert.StartsWith(message, e.Message);
    }

    // Anywhere in the chain of what was thrown.
    private static void Says<E>(string message, Action read)
        where E : Exception
    {
        Exception? thrown = Assert.ThrowsAny<E>(read);
        var messages = new List<string>();
        for (; thrown is not null; thrown = thrown.InnerException)
            messages.Add(thrown.Message);
        Assert.Contains(messages, text => text.Contains(message));
    }
}
