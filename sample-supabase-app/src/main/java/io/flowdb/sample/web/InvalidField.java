package io.flowdb.sample.web;

/**
 * One entry of {@code errors} in an error answer.
 *
 * @param field name of the field or parameter as the client sent it
 * @param message what is wrong with it, to be read after the name: "must not be blank"
 */
public record InvalidField(String field, String message) {}
