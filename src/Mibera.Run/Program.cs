using Mibera.Run;

ConsoleStreams.UseUtf8();
return await Application.RunAsync(args);
