/**
 * FlowDB: an embedded storage engine and document database. Only these packages are its interface; the rest may change
 * at any time.
 */
module io.flowdb {
    requires transitive tools.jackson.databind;
    requires org.slf4j;
    requires static transitive org.jspecify;
    requires static com.google.errorprone.annotations;

    exports io.flowdb;
    exports io.flowdb.annotation;
    exports io.flowdb.error;
    exports io.flowdb.json;
}
