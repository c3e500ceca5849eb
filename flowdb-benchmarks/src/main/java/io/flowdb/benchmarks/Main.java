package io.flowdb.benchmarks;

import io.flowdb.benchmarks.compare.CompareCommand;
import io.flowdb.benchmarks.micro.JmhCommand;
import io.flowdb.benchmarks.stress.StressCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The benchmark jar: {@code compare}, {@code stress} and {@code jmh}. Exit code 0 if all went well, 1 if not, 2 for
 * wrong arguments.
 */
@Command(
        name = "benchmarks",
        description = "Benchmarks of FlowDB and its peers.",
        mixinStandardHelpOptions = true,
        subcommands = {CompareCommand.class, StressCommand.class})
public final class Main {
    /** For the command line. */
    public Main() {}

    /** Runs the command and exits with its code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Main());
        commandLine.addSubcommand(new CommandLine(new JmhCommand()).setUnmatchedOptionsArePositionalParams(true));
        return commandLine;
    }
}
