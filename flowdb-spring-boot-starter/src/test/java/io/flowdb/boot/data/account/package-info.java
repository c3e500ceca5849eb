/** Entities of JPA, for applications with both stores. */
package io.flowdb.boot.data.account;
