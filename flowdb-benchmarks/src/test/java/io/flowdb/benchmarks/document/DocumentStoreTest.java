package io.flowdb.benchmarks.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.benchmarks.measure.WrongAnswerException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/** Every document database behind the interface gives the same answers. */
class DocumentStoreTest {
    private static final Users USERS = new Users(1_000);

    @TempDir
    Path dir;

    @ParameterizedTest
    @EnumSource(DocumentEngine.class)
    void lookUps_afterLoad_findExactlyTheirUsers(DocumentEngine engine) throws Exception {
        try (DocumentStore store = engine.open(dir);
                DocumentSession session = store.session()) {
            session.putAll(IntStream.range(0, 999)
                    .mapToObj(id -> USERS.document(id, 0))
                    .toList());
            session.put(USERS.document(999, 0));

            USERS.check(session, session.get(999), 999, 0);
            USERS.check(session, session.byEmail(USERS.email(7)), 7, 0);
            assertThat(session.get(1_000)).isNull();
            assertThat(session.byEmail("nobody")).isNull();
            assertThat(ids(session, session.byCity(USERS.cityName(1)))).hasSize(200);
            assertThat(session.countByCity(USERS.cityName(1))).isEqualTo(200);
            assertThat(ids(session, session.inCities(List.of(USERS.city(998), USERS.city(999), "Nowhere"))))
                    .containsExactlyInAnyOrder(998L, 999L);
            assertThat(session.scan(document -> USERS.check(session, document, session.number(document, "id"), 0)))
                    .isEqualTo(1_000);
        }
    }

    @ParameterizedTest
    @EnumSource(DocumentEngine.class)
    void byCityAndAge_limit_givesTheYoungestInOrder(DocumentEngine engine) throws Exception {
        try (DocumentStore store = engine.open(dir);
                DocumentSession session = store.session()) {
            session.putAll(IntStream.range(0, 1_000)
                    .mapToObj(id -> USERS.document(id, 0))
                    .toList());
            List<Long> expected = IntStream.range(0, USERS.firstHermit())
                    .filter(id -> id % USERS.cities() == 2 && USERS.age(id) >= 30 && USERS.age(id) < 60)
                    .boxed()
                    .sorted((a, b) -> USERS.age(a) == USERS.age(b) ? a - b : USERS.age(a) - USERS.age(b))
                    .limit(20)
                    .map(Integer::longValue)
                    .toList();

            List<Object> found = session.byCityAndAge(USERS.cityName(2), 30, 60, 20);

            assertThat(expected).hasSize(20);
            assertThat(found.stream().map(document -> session.number(document, "id")))
                    .containsExactlyElementsOf(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(DocumentEngine.class)
    void setName_reopened_isKept(DocumentEngine engine) throws Exception {
        try (DocumentStore store = engine.open(dir);
                DocumentSession session = store.session()) {
            session.put(USERS.document(5, 0));
            session.setName(5, USERS.name(5, 3));
            USERS.check(session, session.get(5), 5, 3);
        }
        try (DocumentStore store = engine.open(dir);
                DocumentSession session = store.session()) {
            USERS.check(session, session.get(5), 5, 3);
            USERS.check(session, session.byEmail(USERS.email(5)), 5, 3);
        }
    }

    @ParameterizedTest
    @EnumSource(DocumentEngine.class)
    void importCities_file_storesEachLine(DocumentEngine engine) throws Exception {
        Path file = dir.resolve("cities.ndjson.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            for (int i = 1; i <= 1_500; i++) {
                String line = "{\"id\":" + i + ",\"name\":\"Größe " + i
                        + "\",\"country\":\"DE\",\"location\":{\"lat\":1.5}}\n";
                out.write(line.getBytes(StandardCharsets.UTF_8));
            }
        }
        try (DocumentStore store = engine.open(dir.resolve("db"));
                DocumentSession session = store.session()) {
            assertThat(store.importCities(file)).isEqualTo(1_500);

            Object city = session.getCity(1_500);
            assertThat(city).isNotNull();
            assertThat(session.text(city, "name")).isEqualTo("Größe 1500");
            assertThat(session.getCity(1_501)).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "NITRITE", mode = EnumSource.Mode.EXCLUDE)
    void rowsThatNitriteLacks_work(DocumentEngine engine) throws Exception {
        try (DocumentStore store = engine.open(dir);
                DocumentSession session = store.session()) {
            session.put(USERS.document(5, 0));
            session.changeName(5, name -> name.replace("v0", "v1"));

            assertThat(JsonMapper.shared()
                            .readTree(session.getText(5))
                            .get("name")
                            .stringValue())
                    .isEqualTo(USERS.name(5, 1));
            assertThat(session.insertNote(JsonMapper.shared().createObjectNode().put("text", "a")))
                    .isEqualTo(1);
            assertThat(session.insertNote(JsonMapper.shared().createObjectNode().put("text", "b")))
                    .isEqualTo(2);
        }
    }

    @Test
    void check_wrongFieldOrMissingUser_throws() throws Exception {
        try (DocumentStore store = DocumentEngine.SQLITE.open(dir);
                DocumentSession session = store.session()) {
            assertThatThrownBy(() -> USERS.check(session, null, 1, 0)).isInstanceOf(WrongAnswerException.class);
            for (String field : List.of("id", "email", "age", "name", "city")) {
                var document = USERS.document(1, 0);
                document.remove(field);
                assertThatThrownBy(() -> USERS.check(session, document, 1, 0))
                        .as(field)
                        .isInstanceOf(WrongAnswerException.class);
            }
        }
    }

    @Test
    void users_ofAnySize_liveInCitiesOfTwoHundredOrAlone() {
        Users users = new Users(20_000);

        assertThat(users.cities()).isEqualTo(95);
        assertThat(users.firstHermit()).isEqualTo(19_000);
        Set<String> hamlets = new HashSet<>();
        for (int id = users.firstHermit(); id < users.count(); id++) {
            hamlets.add(users.city(id));
        }
        assertThat(hamlets).hasSize(1_000);
        assertThat(IntStream.range(0, 20_000).map(users::age)).allMatch(age -> age >= 18 && age < 88);
    }

    private static List<Long> ids(DocumentSession session, List<Object> documents) {
        return documents.stream()
                .map(document -> session.number(document, "id"))
                .toList();
    }
}
