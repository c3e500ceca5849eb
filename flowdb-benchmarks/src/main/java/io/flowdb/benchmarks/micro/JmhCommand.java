package io.flowdb.benchmarks.micro;

import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.Main;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Hands its arguments to JMH: names of benchmarks and JMH's own options, as {@code -h} lists them. */
@Command(name = "jmh", description = "Runs the JMH benchmarks; arguments are those of JMH.")
public final class JmhCommand implements Callable<Integer> {
    @Parameters(arity = "0..*", description = "Arguments of JMH.")
    private List<String> arguments = List.of();

    /** For the command line. */
    public JmhCommand() {}

    @Override
    public Integer call() throws Exception {
        Main.main(arguments.toArray(String[]::new));
        return 0;
    }
}
