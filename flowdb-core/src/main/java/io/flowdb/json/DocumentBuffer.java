package io.flowdb.json;

import io.flowdb.StoreCursor;
import io.flowdb.internal.json.DocumentCodec;
import tools.jackson.databind.JsonNode;

/** Reads the documents that a walk meets by way of one array, so that none is made for each. Threads: one. */
final class DocumentBuffer {
    private byte[] bytes = new byte[0];
    private int length;

    /** The current document of {@code cursor}. */
    JsonNode decode(StoreCursor cursor) {
        byte[] stored = copy(cursor);
        return DocumentCodec.decode(stored, length);
    }

    /** What is stored of the current document of {@code cursor}, {@link #length} bytes; valid until the next call. */
    byte[] copy(StoreCursor cursor) {
        length = cursor.valueLength();
        if (bytes.length < length) {
            bytes = new byte[length + length / 2];
        }
        cursor.copyValue(bytes, 0);
        return bytes;
    }

    /** Length of what is stored of the document that was read last. */
    int length() {
        return length;
    }
}
