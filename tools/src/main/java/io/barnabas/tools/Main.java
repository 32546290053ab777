package io.barnabas.tools;

import io.barnabas.base.StorageException;
import io.barnabas.log.LogDirectoryException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** {@code ./barnabas} for all but starting, stopping and building. Exit codes: 0 done, 1 failed, 2 used wrongly. */
@Command(name = "barnabas", subcommands = LogCommand.class, synopsisSubcommandLabel = "COMMAND")
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        int exitCode = 1;
        try (var out = Output.standard()) {
            exitCode = run(new Terminal(out, new Output(new FileOutputStream(FileDescriptor.err)), Boolean.getBoolean("tools.terminal")), arguments);
        } catch (Output.ClosedException e) {
            // Who closes the pipe has seen enough.
        }
        System.exit(exitCode);
    }

    /** @return the exit code */
    static int run(Terminal terminal, String... arguments) {
        var parser = new CommandLine(new Main(), new CommandLine.IFactory() {
            @Override
            public <T> T create(Class<T> type) throws Exception {
                try {
                    return type.getDeclaredConstructor(Terminal.class).newInstance(terminal);
                } catch (NoSuchMethodException e) {
                    return CommandLine.defaultFactory().create(type);
                }
            }
        });
        try {
            var parsed = parser.parseArgs(arguments);
            while (parsed.hasSubcommand()) parsed = parsed.subcommand();
            var command = parsed.commandSpec();
            if (parsed.isUsageHelpRequested()) {
                terminal.out().add(command.commandLine().getUsageMessage());
                return 0;
            }
            if (command.userObject() instanceof Action action) return action.run();
            throw new ParameterException(command.commandLine(), "Missing command: one of " + String.join(", ", command.subcommands().keySet()));
        } catch (ParameterException e) {
            terminal.errors().line(e.getMessage());
            terminal.errors().line("'./" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help' shows how.");
            return 2;
        } catch (DumpException | StorageException | LogDirectoryException e) {
            terminal.out().flush();
            terminal.errors().line(DumpException.messageOf(e));
            return 1;
        } finally {
            terminal.out().flush();
            terminal.errors().flush();
        }
    }
}
