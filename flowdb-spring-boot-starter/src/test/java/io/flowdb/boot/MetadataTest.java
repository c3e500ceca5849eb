package io.flowdb.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an IDE is told of the properties. */
class MetadataTest {
    /** No value is a value of its own for it. */
    private static final Set<String> WITHOUT_DEFAULT = Set.of("flowdb.default-ttl");

    private final JsonNode metadata = read();

    @Test
    void property_each_hasTypeDescriptionAndDefault() {
        assertThat(properties()).isNotEmpty().allSatisfy(property -> {
            String name = property.path("name").asString();
            assertThat(property.path("type").asString()).as(name).isNotEmpty();
            assertThat(property.path("description").asString())
                    .as(name)
                    .endsWith(".")
                    .doesNotStartWith("The ")
                    .doesNotContain("<", "{@", "\n");
            assertThat(property.has("defaultValue")).as(name).isEqualTo(!WITHOUT_DEFAULT.contains(name));
            if (property.path("type").asString().equals("java.lang.Boolean")) {
                assertThat(property.path("description").asString()).as(name).startsWith("Whether ");
            }
        });
    }

    @Test
    void property_eachComponentOfTheRecord_isListed() {
        assertThat(properties().stream()
                        .map(p -> p.path("name").asString())
                        .filter(n -> n.startsWith("flowdb."))
                        .toList())
                .containsExactlyInAnyOrderElementsOf(names("flowdb.", FlowDbProperties.class));
    }

    @Test
    void hints_each_belongToAProperty() {
        List<String> known =
                properties().stream().map(p -> p.path("name").asString()).toList();

        assertThat(elements("hints").map(h -> h.path("name").asString()))
                .isNotEmpty()
                .allMatch(known::contains);
    }

    private static Set<String> names(String prefix, Class<?> type) {
        Set<String> names = new TreeSet<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String name =
                    prefix + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
            if (component.getType().isRecord()) {
                names.addAll(names(name + ".", component.getType()));
            } else {
                names.add(name);
            }
        }
        return names;
    }

    private List<JsonNode> properties() {
        return elements("properties").toList();
    }

    private Stream<JsonNode> elements(String array) {
        return StreamSupport.stream(metadata.path(array).spliterator(), false);
    }

    static JsonNode read() {
        // The file of this module: others of the same name are on the class path too.
        try (InputStream in = FlowDbProperties.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI()
                .resolve("META-INF/spring-configuration-metadata.json")
                .toURL()
                .openStream()) {
            return JsonMapper.shared().readTree(in);
        } catch (IOException | java.net.URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
