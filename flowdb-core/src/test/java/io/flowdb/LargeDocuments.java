package io.flowdb;

import io.flowdb.json.JsonDB;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Documents {@code {id, v, version, text}} of 20,000 bytes that do not compress, so that some thousands are more than a
 * small heap: id counts from 0, v is id modulo {@value #GROUPS}.
 */
final class LargeDocuments {
    static final int TEXT_BYTES = 20_000;
    static final int GROUPS = 10;
    private static final int BATCH = 50;

    private LargeDocuments() {}

    /**
     * Writes documents 0 to {@code count}, a multiple of 50, into store {@code s}; {@code version} is in each, and
     * other bytes with it.
     */
    static void load(JsonDB db, int count, int version) {
        Random random = new Random(version);
        List<ObjectNode> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] bytes = new byte[TEXT_BYTES * 3 / 4];
            random.nextBytes(bytes);
            documents.add(JsonNodeFactory.instance
                    .objectNode()
                    .put("id", i)
                    .put("v", i % GROUPS)
                    .put("version", version)
                    .put("text", bytes));
            if (documents.size() == BATCH) {
                db.putAll("s", documents);
                documents.clear();
            }
        }
    }
}
