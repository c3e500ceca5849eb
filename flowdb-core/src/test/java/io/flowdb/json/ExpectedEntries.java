package io.flowdb.json;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The index entries of documents as docs/format/document-keys.md has them, made without the product's code: for keys
 * that are integers from 0 to 99 and texts of ASCII letters and digits. In hex, as byte arrays are no keys of a map.
 */
final class ExpectedEntries {
    private static final HexFormat HEX = HexFormat.of();
    private static final int ABSENT = 1;

    private final TreeMap<String, String> entries = new TreeMap<>();

    /** Adds the entries of one index, whose id is below 240. */
    void add(int indexId, IndexSchema index, Map<String, JsonNode> documents) {
        documents.forEach((primaryKey, document) -> {
            byte[] primary = text(primaryKey);
            Set<String> keys = index.multiEntry() ? elements(index, document) : plain(index, document);
            for (String key : keys) {
                String start = "02" + HEX.toHexDigits((byte) indexId) + key;
                if (index.unique()) {
                    entries.put(start, HEX.formatHex(primary));
                } else {
                    entries.put(start + HEX.formatHex(primary), "");
                }
            }
            if (keys.isEmpty()) {
                entries.put(HEX.formatHex(new byte[] {2, (byte) indexId, ABSENT}) + HEX.formatHex(primary), "");
            }
        });
    }

    /** Key and value of each entry, by key. */
    TreeMap<String, String> entries() {
        return entries;
    }

    private static Set<String> plain(IndexSchema index, JsonNode document) {
        StringBuilder key = new StringBuilder();
        for (String path : index.paths()) {
            String part = encoded(document.get(path));
            if (part == null) {
                return Set.of();
            }
            key.append(part);
        }
        return Set.of(key.toString());
    }

    private static Set<String> elements(IndexSchema index, JsonNode document) {
        Set<String> keys = new LinkedHashSet<>();
        JsonNode array = document.get(index.paths().get(0));
        if (array != null) {
            array.forEach(element -> keys.add(encoded(element)));
        }
        return keys;
    }

    private static @Nullable String encoded(@Nullable JsonNode value) {
        if (value == null) {
            return null;
        }
        return HEX.formatHex(value.isString() ? text(value.stringValue()) : number(value.intValue()));
    }

    private static byte[] number(int value) {
        if (value < 0 || value > 99) {
            throw new IllegalArgumentException("value: " + value);
        }
        return value == 0 ? new byte[] {0x20, (byte) 0x80} : new byte[] {0x20, (byte) 0xa1, (byte) (value + 1), 0};
    }

    private static byte[] text(String value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(0x40);
        bytes.writeBytes(value.getBytes(US_ASCII));
        bytes.write(0);
        return bytes.toByteArray();
    }
}
