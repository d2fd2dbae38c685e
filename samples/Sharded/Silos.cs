using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Losses.Orleans;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Losses.Sharded;

/// <summary>Silos in processes of their own on this machine, and a client of theirs.</summary>
internal sealed class Silos : IAsyncDisposable
{
    private readonly List<Process> _processes = [];
    private IHost? _client;

    public IGrainFactory Grains => _client!.Services.GetRequiredService<IGrainFactory>();

    public static async Task<Silos> Start(int count, long rows)
    {
        var silos = new Silos();
        try
        {
            var ports = FreePorts(2 * count);
            for (var i = 0; i < count; i++)
            {
                var start = new ProcessStartInfo(
                    Environment.ProcessPath!,
                    string.Create(CultureInfo.InvariantCulture, $"silo {ports[2 * i]} {ports[2 * i + 1]} {ports[0]} {rows}")
                )
                {
                    RedirectStandardOutput = true,
                    RedirectStandardInput = true,
                    // One core for each.
                    Environment = { ["DOTNET_PROCESSOR_COUNT"] = "1" },
                };
                var process = Process.Start(start)!;
                silos._processes.Add(process);
                if (await process.StandardOutput.ReadLineAsync() != "ready")
                    throw new InvalidOperationException($"Silo {i} did not start.");
            }
            silos._client = Host.CreateDefaultBuilder()
                .ConfigureLogging(log => log.ClearProviders())
                .UseOrleansClient(client => client.UseLocalhostClustering([.. ports.Where((_, i) => i % 2 == 1)]))
                .Build();
            await silos._client.StartAsync();
            return silos;
        }
        catch
        {
            await silos.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the last silo's process, at once. (The first has the list of members, which a cluster in earnest has in a database.)</summary>
    public void KillOne() => _processes[^1].Kill();

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.StopAsync();
            _client.Dispose();
        }
        foreach (var process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
            listener.Start();
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (var listener in listeners)
            listener.Dispose();
        return ports;
    }

    /// <summary>What a silo's process does, until whoever started it is gone.</summary>
    public static async Task Run(int siloPort, int gatewayPort, int primaryPort, long rows)
    {
        Threads.Max = 1;
        var host = Host.CreateDefaultBuilder()
            .ConfigureLogging(log => log.ClearProviders())
            .UseOrleans(silo =>
                silo.UseLocalhostClustering(siloPort, gatewayPort, new IPEndPoint(IPAddress.Loopback, primaryPort))
                    .Configure<ClusterMembershipOptions>(of =>
                    {
                        of.ProbeTimeout = TimeSpan.FromSeconds(2);
                        of.NumMissedProbesLimit = 2;
                        of.NumVotesForDeathDeclaration = 1;
                    })
                    .AddLosses(of => of.Retries = 8)
                    .AddShards("digits", _ => new Classifier(new Digits()))
                    .AddShards("generated", _ => new Classifier(new Generated(rows)))
            )
            .Build();
        await host.StartAsync();
        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync();
        await host.StopAsync();
    }
}
