package io.flowdb.json;

import io.flowdb.error.ConstraintException;
import io.flowdb.error.InvalidQueryException;
import io.flowdb.error.LimitExceededException;
import io.flowdb.error.StorageException;
import io.flowdb.internal.json.DocumentCodec;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.MalformedInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JsonNode;

/**
 * Reads documents from NDJSON (one a line) or from one JSON array and stores them in batches. Threads: one.
 *
 * <p>A batch with a bad document is stored one by one, so that exactly the bad ones are left out. Malformed JSON inside
 * an array ends the import even if bad documents are skipped: there is no telling where the next one begins. So does an
 * element that is beyond what {@link DocumentCodec#parser} reads, or much longer than a document may be.
 */
final class JsonImport {
    private static final int MAX_PROBLEMS = 100;
    private static final int CHUNK_BYTES = 1 << 16;
    /** A document may have more text than is stored of it, as it may be indented. */
    private static final long WHITE_SPACE_FACTOR = 4;

    /** Text from which a batch is stored, though it has few documents. */
    private static final long MAX_BATCH_BYTES = Math.min(8L << 20, HeapShare.COMMIT_BYTES / 4);

    private static final String NO_NUMBER = "a number with an exponent of more than 32 bits";
    private static final String NO_UTF8 = "text that is not UTF-8";

    private final DocumentOperations db;
    private final StoreDef store;
    private final JsonLimits limits;
    private final int maxDocumentBytes;
    private final long mostTextBytes;
    private final ImportOptions options;
    private final List<JsonNode> batch = new ArrayList<>();
    private final List<Place> places = new ArrayList<>();

    /** Where a document begins: its line, and in an array its number from 1, else 0. */
    private record Place(long line, long element) {
        @Override
        public String toString() {
            return "line " + line + (element == 0 ? "" : ", element " + element);
        }
    }

    /** The part of a line that earlier chunks held. */
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream(1024);

    /** Whether the line that begun is longer than a document may be. */
    private boolean tooLong;

    /** Empty lines before the first byte that counts. */
    private long linesBefore;

    private final List<ImportResult.Problem> problems = new ArrayList<>();
    /** Text of the documents in the batch. */
    private long batchBytes;

    private long imported;
    private long skipped;
    /** What the progress callback was told last. */
    private long reported;

    JsonImport(DocumentOperations db, StoreDef store, JsonLimits limits, ImportOptions options) {
        this.db = db;
        this.store = store;
        this.limits = limits;
        this.maxDocumentBytes = limits.maxDocumentBytes();
        this.mostTextBytes = WHITE_SPACE_FACTOR * maxDocumentBytes;
        this.options = Objects.requireNonNull(options, "options");
    }

    /**
     * Errors: {@link InvalidQueryException} naming the line of a bad document, with what is wrong as its cause, unless
     * those are skipped.
     */
    ImportResult run(InputStream from) {
        try {
            BufferedInputStream in = new BufferedInputStream(Objects.requireNonNull(from, "from"), 1 << 16);
            if (firstByte(in) == '[') {
                readArray(in);
            } else {
                readLines(in);
            }
            flush();
            report();
        } catch (IOException e) {
            throw new StorageException("import into store '" + store.name + "' cannot read its input", e);
        }
        return new ImportResult(imported, skipped, List.copyOf(problems));
    }

    /**
     * The first byte that is no white space, which is not consumed; white space, and a byte order mark before it, are.
     */
    private int firstByte(BufferedInputStream in) throws IOException {
        in.mark(3);
        if (in.read() != 0xef || in.read() != 0xbb || in.read() != 0xbf) {
            in.reset();
        }
        while (true) {
            in.mark(1);
            int b = in.read();
            if (b == '\n') {
                linesBefore++;
            } else if (b != ' ' && b != '\t' && b != '\r') {
                in.reset();
                return b;
            }
        }
    }

    private void readArray(InputStream from) throws IOException {
        BoundedInput in = new BoundedInput(from);
        long most = mostTextBytes + CHUNK_BYTES; // the parser reads ahead
        try (JsonParser parser = DocumentCodec.parser(in)) {
            parser.nextToken();
            for (long number = 1; ; number++) {
                long start = parser.currentLocation().getByteOffset();
                in.end = start + most;
                if (next(parser, number) == JsonToken.END_ARRAY) {
                    break;
                }
                Place place = new Place(lineOf(parser), number);
                JsonNode element = element(parser, place);
                if (element != null) {
                    add(element, place, parser.currentLocation().getByteOffset() - start);
                }
            }
            if (next(parser, 0) != null) {
                flush();
                throw bad(new Place(lineOf(parser), 0), "more behind the end of the array", null);
            }
        }
    }

    private long lineOf(JsonParser parser) {
        return linesBefore + parser.currentTokenLocation().getLineNr();
    }

    private @Nullable JsonToken next(JsonParser parser, long element) throws IOException {
        try {
            return parser.nextToken();
        } catch (JacksonException e) {
            throw broken(new Place(linesBefore + parser.currentLocation().getLineNr(), element), e);
        }
    }

    /** The element that begins at the present token, or null if it is bad and left out. */
    private @Nullable JsonNode element(JsonParser parser, Place place) throws IOException {
        try {
            JsonNode element = parser.readValueAsTree();
            if (!DocumentCodec.isDeeper(element, limits.maxDepth())) {
                return element;
            }
            LimitExceededException tooDeep =
                    new LimitExceededException(store.name, "document depth", limits.maxDepth(), limits.maxDepth() + 1L);
            unreadable(place, String.valueOf(tooDeep.getMessage()), tooDeep);
        } catch (DatabindException e) {
            unreadable(place, String.valueOf(e.getOriginalMessage()), e);
        } catch (JacksonException e) {
            throw broken(place, e);
        } catch (NumberFormatException e) {
            unreadable(place, NO_NUMBER, e);
        }
        while (parser.streamReadContext().getNestingDepth() > 1) {
            next(parser, place.element);
        }
        return null;
    }

    private InvalidQueryException broken(Place place, JacksonException e) throws IOException {
        if (e.getCause() instanceof TooLongException) {
            flush();
            return bad(place, "an element much longer than the limit of " + maxDocumentBytes + " bytes", null);
        }
        if (e.getCause() instanceof CharacterCodingException) {
            flush();
            return bad(place, NO_UTF8, null);
        }
        if (e.getCause() instanceof IOException ofTheInput) {
            throw ofTheInput;
        }
        flush();
        return bad(place, String.valueOf(e.getOriginalMessage()), e);
    }

    private void readLines(InputStream in) throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        long number = linesBefore + 1;
        for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
            int from = 0;
            for (int i = 0; i < length; i++) {
                if (chunk[i] == '\n') {
                    endLine(chunk, from, i, number++);
                    from = i + 1;
                }
            }
            keep(chunk, from, length);
        }
        endLine(chunk, 0, 0, number);
    }

    /** Adds to the line that goes on in the next chunk. */
    private void keep(byte[] chunk, int from, int to) {
        tooLong |= begun.size() + (long) to - from > mostTextBytes;
        if (!tooLong) {
            begun.write(chunk, from, to - from);
        }
    }

    private void endLine(byte[] chunk, int from, int to, long number) {
        if (begun.size() > 0 || tooLong || to - from > mostTextBytes) {
            keep(chunk, from, to);
            byte[] line = begun.toByteArray();
            begun.reset();
            if (tooLong) {
                tooLong = false;
                unreadable(
                        new Place(number, 0),
                        "a line much longer than the limit of " + maxDocumentBytes + " bytes",
                        null);
            } else {
                parse(line, 0, line.length, number);
            }
        } else {
            parse(chunk, from, to, number);
        }
    }

    private void parse(byte[] text, int from, int to, long number) {
        int end = to;
        while (end > from && text[end - 1] <= ' ' && text[end - 1] > 0) {
            end--;
        }
        if (end == from) {
            return;
        }
        Utf8Check check = new Utf8Check();
        if (check.endOfValid(text, from, end) < end || !check.isAtEnd()) {
            unreadable(new Place(number, 0), NO_UTF8, null);
            return;
        }
        JsonNode document;
        try {
            document = DocumentCodec.parse(text, from, end);
        } catch (JacksonException e) {
            unreadable(new Place(number, 0), String.valueOf(e.getOriginalMessage()), e);
            return;
        } catch (NumberFormatException e) {
            unreadable(new Place(number, 0), NO_NUMBER, e);
            return;
        }
        add(document, new Place(number, 0), end - from);
    }

    private void add(JsonNode document, Place place, long bytes) {
        batch.add(document);
        places.add(place);
        batchBytes += bytes;
        if (batch.size() >= options.batchSize() || batchBytes >= MAX_BATCH_BYTES) {
            flush();
        }
    }

    private void flush() {
        if (!batch.isEmpty()) {
            try {
                db.putAll(store.name, batch);
                imported += batch.size();
            } catch (ConstraintException e) {
                oneByOne();
            }
            batch.clear();
            places.clear();
            batchBytes = 0;
            report();
        }
    }

    /** Tells how many documents were stored or left out, if there are more of them now. */
    private void report() {
        long done = imported + skipped;
        if (done > reported) {
            reported = done;
            options.progress().accept(done);
        }
    }

    private void oneByOne() {
        for (int i = 0; i < batch.size(); i++) {
            try {
                db.put(store.name, batch.get(i));
                imported++;
            } catch (ConstraintException e) {
                problem(places.get(i), String.valueOf(e.getMessage()), e);
            }
        }
    }

    /**
     * A document that could not be read; if the import stops there, those before it are stored first, or found to be
     * bad themselves.
     */
    private void unreadable(Place place, String message, @Nullable RuntimeException cause) {
        if (!options.skipBad()) {
            flush();
        }
        problem(place, message, cause);
        if (imported + skipped - reported >= options.batchSize()) {
            report();
        }
    }

    private void problem(Place place, String message, @Nullable RuntimeException cause) {
        if (!options.skipBad()) {
            report();
            throw bad(place, message, cause);
        }
        skipped++;
        // A document that cannot be stored is found later than one behind it that cannot be read.
        int position = problems.size();
        while (position > 0 && isBehind(problems.get(position - 1), place)) {
            position--;
        }
        problems.add(position, new ImportResult.Problem(place.line, place.element, message));
        if (problems.size() > MAX_PROBLEMS) {
            problems.remove(MAX_PROBLEMS);
        }
    }

    private static boolean isBehind(ImportResult.Problem problem, Place place) {
        return problem.line() > place.line || (problem.line() == place.line && problem.element() > place.element);
    }

    private InvalidQueryException bad(Place place, String message, @Nullable RuntimeException cause) {
        return new InvalidQueryException(
                "import into store '" + store.name + "', " + place + ": " + message + " (" + imported + " imported)",
                cause);
    }

    /**
     * Fails where it would read beyond its end, so that the tree of an endless element is not built, and at the first
     * byte that is not UTF-8.
     */
    private static final class BoundedInput extends FilterInputStream {
        private final Utf8Check utf8 = new Utf8Check();
        private boolean broken;
        private long position;
        private long end = Long.MAX_VALUE;

        BoundedInput(InputStream in) {
            super(in);
        }

        private void check() throws IOException {
            if (position > end) {
                throw new TooLongException();
            }
            if (broken) {
                throw new MalformedInputException(1);
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            check();
            int count = super.read(to, offset, length);
            if (count <= 0) {
                return count;
            }
            int valid = utf8.endOfValid(to, offset, offset + count) - offset;
            broken = valid < count;
            position += valid;
            if (valid == 0) {
                check();
            }
            return valid;
        }
    }

    private static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
