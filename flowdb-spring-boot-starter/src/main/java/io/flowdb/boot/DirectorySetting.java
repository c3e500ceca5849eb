package io.flowdb.boot;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.springframework.core.env.Environment;

/**
 * Where a failure analyzer sends people to change a directory: to {@code flowdb.data-dir} where that names it, else to
 * the code that makes the engine.
 */
final class DirectorySetting {

    /** For failures that do not tell their directory. */
    static final String ANY = "flowdb.data-dir (or the dataDir of the Config, of an engine that the application makes)";

    private static final String PROPERTY = "flowdb.data-dir";

    private final Path configured;

    DirectorySetting(Environment environment) {
        this.configured = absolute(environment.getProperty(PROPERTY, "./data"));
    }

    private static Path absolute(String path) {
        try {
            return absolute(Path.of(path));
        } catch (InvalidPathException e) {
            return Path.of(""); // names no directory of an engine
        }
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /** Whether {@code flowdb.data-dir} names {@code directory}. */
    boolean isProperty(Path directory) {
        return configured.equals(absolute(directory));
    }

    /** What gives {@code directory} to its engine. */
    String of(Path directory) {
        return isProperty(directory) ? PROPERTY : "the dataDir in the Config of this engine";
    }
}
