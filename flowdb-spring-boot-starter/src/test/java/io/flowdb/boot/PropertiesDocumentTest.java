package io.flowdb.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.JsonNode;

/**
 * The table in {@code docs/properties.md} is what metadata and start-up checks say: names, types, defaults,
 * descriptions, ranges. Write it anew with {@code -Dflowdb.docs.write=true}.
 */
class PropertiesDocumentTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "properties.md");
    private static final String BEGIN = "<!-- The table is generated: PropertiesDocumentTest -->\n";
    private static final String END = "<!-- End of the table -->\n";

    @Test
    void table_ofProperties_isThatOfTheMetadata() throws IOException {
        String document = Files.readString(DOCUMENT);
        int from = document.indexOf(BEGIN) + BEGIN.length();
        int to = document.indexOf(END);
        assertThat(to).as("the marks of the table in %s", DOCUMENT).isGreaterThanOrEqualTo(from);
        String table = table();
        if (Boolean.getBoolean("flowdb.docs.write")) {
            Files.writeString(DOCUMENT, document.substring(0, from) + table + document.substring(to));
            return;
        }
        assertThat(document.substring(from, to))
                .as("run this test with -Dflowdb.docs.write=true to write the table anew")
                .isEqualTo(table);
    }

    private static String table() {
        Map<String, String> allowed = allowed();
        Map<String, JsonNode> metadata = new TreeMap<>();
        MetadataTest.read()
                .path("properties")
                .forEach(property -> metadata.put(property.path("name").asString(), property));
        metadata.keySet().removeIf(name -> name.startsWith("management.endpoint.")); // described by Spring Boot
        StringBuilder table = new StringBuilder("| property | type | default | |\n|---|---|---|---|\n");
        for (Property property : properties("flowdb.", FlowDbProperties.class)) {
            JsonNode described = metadata.remove(property.name());
            assertThat(described).as("metadata of %s", property.name()).isNotNull();
            row(table, described, typeOf(property.type()), allowed.get(property.name()));
        }
        metadata.values().forEach(described -> row(table, described, "boolean", null));
        return table.toString();
    }

    private static void row(StringBuilder table, JsonNode described, String type, String allowed) {
        JsonNode value = described.path("defaultValue");
        table.append("| `")
                .append(described.path("name").asString())
                .append("` | ")
                .append(type)
                .append(" | ");
        table.append(value.isMissingNode() ? "" : "`" + value.asString() + "`").append(" | ");
        table.append(described.path("description").asString());
        table.append(allowed == null ? "" : " Allowed: " + allowed + ".").append(" |\n");
    }

    private record Property(String name, Class<?> type) {}

    private static List<Property> properties(String prefix, Class<?> type) {
        List<Property> properties = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String name =
                    prefix + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            if (component.getType().isRecord()) {
                properties.addAll(properties(name + ".", component.getType()));
            } else {
                properties.add(new Property(name, component.getType()));
            }
        }
        return properties;
    }

    private static String typeOf(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(c -> "`" + c.toString().toLowerCase(Locale.ROOT) + "`")
                    .collect(Collectors.joining(", "));
        }
        return type == DataSize.class
                ? "size"
                : type == Duration.class ? "duration" : type == String.class ? "text" : type.getSimpleName();
    }

    /** What the start-up report says to -1, of each property that is a number, a size or a duration. */
    private static Map<String, String> allowed() {
        List<String> wrong = new ArrayList<>(List.of("flowdb.wal-sync-mode=interval"));
        for (Property property : properties("flowdb.", FlowDbProperties.class)) {
            if (property.type() == int.class
                    || property.type() == DataSize.class
                    || property.type() == Duration.class) {
                wrong.add(property.name() + "=-1");
            }
        }
        Map<String, String> allowed = new TreeMap<>();
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(FlowDbAutoConfiguration.class))
                .withPropertyValues(wrong.toArray(String[]::new))
                .run(context -> {
                    Throwable failure = context.getStartupFailure();
                    while (failure != null && !(failure instanceof InvalidPropertiesException)) {
                        failure = failure.getCause();
                    }
                    assertThat(failure).isNotNull();
                    ((InvalidPropertiesException) failure)
                            .properties()
                            .forEach(p -> allowed.put(p.name(), p.problem().replace("allowed: ", "")));
                });
        assertThat(allowed).hasSize(wrong.size() - 1);
        return allowed;
    }
}
