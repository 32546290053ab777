package io.barnabas.benchmarks.load;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Makes a load on a broker that runs already, and prints what came of it. */
@Command(name = "load", mixinStandardHelpOptions = true, description = "Make a load on a broker that runs already.")
public final class LoadMain {
    private LoadMain() {}

    /** @param arguments {@code produce} or {@code fetch}, and options */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new LoadMain()).execute(arguments));
    }
}
