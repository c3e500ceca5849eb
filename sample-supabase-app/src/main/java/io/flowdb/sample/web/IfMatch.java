package io.flowdb.sample.web;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ETag;
import org.springframework.http.HttpHeaders;

/**
 * The header {@code If-Match} of a request (RFC 9110, 13.1.1): the versions of a thing that the client would change, as
 * the header {@code ETag} gave them. Without the header any version will do; one that cannot be read matches none.
 */
public final class IfMatch {
    private final @Nullable List<ETag> tags;

    private IfMatch(@Nullable List<ETag> tags) {
        this.tags = tags;
    }

    public static IfMatch of(HttpHeaders headers) {
        List<String> lines = headers.get(HttpHeaders.IF_MATCH);
        return new IfMatch(lines == null ? null : ETag.parse(String.join(", ", lines)));
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
