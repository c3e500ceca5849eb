package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles the examples of docs/jsondb.md as one program and runs it with assertions. */
class JsonDbDocsTest {
    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final List<String> IMPORTS = List.of(
            "io.flowdb.*",
            "io.flowdb.error.*",
            "io.flowdb.json.*",
            "java.nio.file.Path",
            "java.time.*",
            "java.util.*",
            "tools.jackson.databind.JsonNode",
            "tools.jackson.databind.json.JsonMapper",
            "tools.jackson.databind.node.ObjectNode");

    @TempDir
    Path directory;

    @Test
    void examples_compileAndRun() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "jsondb.md"));
        List<String> blocks = new ArrayList<>();
        for (Matcher block = BLOCK.matcher(page); block.find(); ) {
            blocks.add(block.group(1));
        }
        assertThat(blocks).hasSizeGreaterThan(8);
        String data = directory.resolve("data").toString().replace("\\", "\\\\");
        String program = IMPORTS.stream().map(name -> "import " + name + ";\n").collect(Collectors.joining())
                + "public class Examples {\n public static void main(String[] arguments) throws Exception {\n"
                + String.join("\n", blocks).replace("Path.of(\"data\")", "Path.of(\"" + data + "\")")
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
                .map(JsonDbDocsTest::location)
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
