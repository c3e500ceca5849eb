package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.json.JsonDB;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compiles the examples of a page of the documents as one program and runs it with assertions. */
class DocumentedExamplesTest {
    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final List<String> IMPORTS = List.of(
            "io.flowdb.*",
            "io.flowdb.error.*",
            "io.flowdb.json.*",
            "java.nio.charset.StandardCharsets",
            "java.nio.file.Path",
            "java.time.*",
            "java.util.*",
            "java.util.stream.Stream",
            "tools.jackson.databind.JsonNode",
            "tools.jackson.databind.json.JsonMapper",
            "tools.jackson.databind.node.ObjectNode");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"engine.md", "jsondb.md"})
    void examples_compileAndRun(String page) throws Exception {
        List<String> blocks = new ArrayList<>();
        for (Matcher block = BLOCK.matcher(Files.readString(Path.of("..", "docs", page))); block.find(); ) {
            blocks.add(block.group(1));
        }
        assertThat(blocks).hasSizeGreaterThanOrEqualTo(8);
        String data = directory.resolve("data").toString().replace("\\", "\\\\");
        String program = IMPORTS.stream().map(name -> "import " + name + ";\n").collect(Collectors.joining())
                + "public class Examples {\n public static void main(String[] arguments) throws Exception {\n"
                + String.join("\n", blocks).replace("Path.of(\"data", "Path.of(\"" + data)
                + "\n}\n}\n";
        compile(program);
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {directory.toUri().toURL()}, getClass().getClassLoader())) {
            loader.setDefaultAssertionStatus(true);
            Class<?> examples = loader.loadClass("Examples");
            assertThat(examples.desiredAssertionStatus()).isTrue();
            examples.getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        }
    }

    private void compile(String program) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavaFileObject source =
                new SimpleJavaFileObject(URI.create("string:///Examples.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return program;
                    }
                };
        String classPath = Stream.of(
                        JsonDB.class,
                        Nullable.class,
                        tools.jackson.databind.JsonNode.class,
                        tools.jackson.core.JsonParser.class,
                        com.fasterxml.jackson.annotation.JsonProperty.class)
                .map(DocumentedExamplesTest::location)
                .collect(Collectors.joining(System.getProperty("path.separator")));
        StringWriter messages = new StringWriter();
        List<String> options = List.of("--release", "17", "-proc:none", "-cp", classPath, "-d", directory.toString());
        boolean compiled = compiler.getTask(messages, null, null, options, null, List.of(source))
                .call();
        assertThat(compiled).as(() -> messages + "\n" + program).isTrue();
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
