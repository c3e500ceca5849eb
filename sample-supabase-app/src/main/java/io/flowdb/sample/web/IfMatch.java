package io.flowdb.sample.web;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ETag;
import org.springframework.http.HttpHeaders;

/**
 * The header {@code If-Match} of a request (RFC 9110, 13.1.1): the versions of a thing that the client would change, as
 * the header {@code ETag} gave them. Without the header any version will do; one that cannot be read matches none.
 */
public final class IfMatch {
    private static final Pattern TAG = Pattern.compile("(?:W/)?\"[^\"]*+\"");

    private final @Nullable List<ETag> tags;

    private IfMatch(@Nullable List<ETag> tags) {
        this.tags = tags;
    }

    public static IfMatch of(HttpHeaders headers) {
        List<String> lines = headers.get(HttpHeaders.IF_MATCH);
        if (lines == null) {
            return new IfMatch(null);
        }
        String list = String.join(", ", lines);
        return new IfMatch(isList(list) ? ETag.parse(list) : List.of());
    }

    /** Whether there is nothing but tags and stars between the commas: {@code parse} skips what it does not know. */
    private static boolean isList(String text) {
        return Arrays.stream(TAG.matcher(text).replaceAll("*").split(",", -1))
                .map(String::strip)
                .allMatch(item -> item.isEmpty() || item.equals("*"));
    }

    /** A version as the header {@code ETag} has it. */
    public static String tag(long version) {
        return "\"" + version + "\"";
    }

    /** Ends the request with 412 unless the client would change this version. */
    public void require(long version) {
        ETag stored = new ETag(Long.toString(version), false);
        if (tags != null && tags.stream().noneMatch(tag -> tag.isWildcard() || tag.compare(stored, true))) {
            throw ApiException.changed();
        }
    }
}
