package io.flowdb.json;

import io.flowdb.StoreCursor;
import io.flowdb.error.StorageException;
import io.flowdb.internal.json.DocumentCodec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.LongConsumer;

/** Writes the documents of a store as text, in key order, from one state; nothing is parsed. Threads: one. */
final class JsonExport {
    private static final int PROGRESS_STEP = 1000;

    private JsonExport() {}

    static long write(Reads reads, OutputStream to, ExportFormat format, LongConsumer progress) {
        Objects.requireNonNull(to, "to");
        Objects.requireNonNull(progress, "progress");
        boolean array = Objects.requireNonNull(format, "format") == ExportFormat.ARRAY;
        try (StoreCursor cursor = reads.documents(KeyRange.all(), false)) {
            long documents = 0;
            if (array) {
                to.write('[');
            }
            while (cursor.next()) {
                if (array && documents > 0) {
                    to.write(',');
                }
                byte[] stored = cursor.value();
                to.write(stored, DocumentCodec.HEADER_BYTES, stored.length - DocumentCodec.HEADER_BYTES);
                to.write('\n');
                if (++documents % PROGRESS_STEP == 0) {
                    progress.accept(documents);
                }
            }
            if (array) {
                to.write("]\n".getBytes(StandardCharsets.US_ASCII));
            }
            to.flush();
            progress.accept(documents);
            return documents;
        } catch (IOException e) {
            throw new StorageException("export of store '" + reads.def().name + "' cannot write its output", e);
        }
    }
}
