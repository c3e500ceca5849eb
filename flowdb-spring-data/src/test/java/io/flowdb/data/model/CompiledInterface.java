package io.flowdb.data.model;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Makes an interface from its source, so that a test may have methods of random names. */
final class CompiledInterface {

    private CompiledInterface() {}

    /** Compiles {@code source} into {@code directory} and loads the class {@code name} from it. */
    static Class<?> load(String name, String source, Path directory) throws IOException, ClassNotFoundException {
        Files.createDirectories(directory);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        StringWriter errors = new StringWriter();
        List<String> options =
                List.of("-proc:none", "-nowarn", "-parameters", "-d", directory.toString(), "-cp", classPath);
        if (!compiler.getTask(errors, null, null, options, null, List.of(new Source(name, source)))
                .call()) {
            throw new IllegalStateException(errors + "\n" + source);
        }
        URL[] urls = {directory.toUri().toURL()};
        return new URLClassLoader(urls, CompiledInterface.class.getClassLoader()).loadClass(name);
    }

    /** Source in memory. */
    private static final class Source extends SimpleJavaFileObject {

        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name.replace('.', '/') + ".java"), JavaFileObject.Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
