package io.flowdb.benchmarks.document;

import io.flowdb.benchmarks.measure.WrongAnswerException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Users whose fields follow from their number. Of {@code count} users the first 95 % live in cities of
 * {@value #CITY_SIZE}, the others are the only inhabitants of hamlets. Threads: any.
 *
 * @param count how many users there are
 */
public record Users(int count) {
    /** Users of a city. */
    public static final int CITY_SIZE = 200;

    private static final int YOUNGEST = 18;
    private static final int AGES = 70;
    private static final JsonMapper MAPPER = JsonMapper.shared();

    /** Number of cities. */
    public int cities() {
        return Math.max(1, count / 100 * 95 / CITY_SIZE);
    }

    /** The first user of a hamlet. */
    public int firstHermit() {
        return Math.min(count, cities() * CITY_SIZE);
    }

    /** The user's document. */
    public ObjectNode document(long id, int nameVersion) {
        return MAPPER.createObjectNode()
                .put("id", id)
                .put("email", email(id))
                .put("age", age(id))
                .put("name", name(id, nameVersion))
                .put("city", city(id));
    }

    /** Unique. */
    public String email(long id) {
        return "user" + id + "@example.org";
    }

    /** 18 to 87. */
    public int age(long id) {
        return YOUNGEST + (int) (id * 0x9e3779b97f4a7c15L >>> 33) % AGES;
    }

    /** Ends with the number of changes. */
    public String name(long id, int version) {
        return "User " + id + " v" + version;
    }

    /** Where the user lives. */
    public String city(long id) {
        return id < firstHermit() || id >= count ? cityName((int) (id % cities())) : "Hamlet " + id;
    }

    /** Name of city number {@code i}. */
    public String cityName(int i) {
        return "City " + i;
    }

    /** Checks every field. */
    public void check(DocumentSession session, @Nullable Object document, long id, int nameVersion) {
        boolean right = document != null
                && session.number(document, "id") == id
                && session.text(document, "email").equals(email(id))
                && session.number(document, "age") == age(id)
                && session.text(document, "name").equals(name(id, nameVersion))
                && session.text(document, "city").equals(city(id));
        if (!right) {
            throw new WrongAnswerException("user " + id + (document == null ? ": not found" : ": wrong document"));
        }
    }
}
