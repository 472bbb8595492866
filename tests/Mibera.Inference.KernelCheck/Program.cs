using Mibera.Inference.KernelCheck;

// Usage: Mibera.Inference.KernelCheck [--expect FINGERPRINT]
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

var fingerprint = NumericsFingerprint.Compute();
Console.WriteLine($"fingerprint {fingerprint:x16}");
if (args is ["--expect", var expected])
    Report("numerics", fingerprint.ToString("x16") == expected ? null : $"fingerprint {fingerprint:x16} instead of {expected}");

Console.WriteLine($"{passed} passed, {failed} failed");
return failed == 0 && passed > 0 ? 0 : 1;
