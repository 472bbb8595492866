using BenchmarkDotNet.Running;
using Mibera.Inference.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(KernelBenchmarks).Assembly).Run(args);
