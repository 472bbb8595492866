using Mibera.Inference.KernelCheck;

// Usage: Mibera.Inference.KernelCheck [--expect NAME=FINGERPRINT ...]
// Without a test framework, so that it runs within minutes under an emulator.
var passed = 0;
var failed = 0;

void Report(string what, string? fault)
{
    if (fault is null)
    {
        passed++;
        return;
    }
    failed++;
    Console.WriteLine($"FAILED {what}: {fault}");
}

foreach (var (kernel, set) in KernelChecks.Cells())
    Report($"{kernel.Type} on {set}", KernelChecks.Fault(kernel));

foreach (var (name, compute) in new (string, Func<Bits>)[]
{
    ("numerics", NumericsFingerprint.Compute), ("attention", AttentionFingerprint.Compute), ("model", ModelFingerprint.Compute),
})
{
    var found = $"{name}={compute()}";
    Console.WriteLine($"fingerprint {found}");
    if (args is ["--expect", .. var expected])
        Report(name, expected.Contains(found) ? null : $"{found}, expected one of {string.Join(", ", expected)}");
}

Console.WriteLine($"{passed} passed, {failed} failed");
return failed == 0 && passed > 0 ? 0 : 1;
