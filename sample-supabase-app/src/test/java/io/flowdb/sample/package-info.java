/** Tests over HTTP, against a real server with a data directory of its own. */
package io.flowdb.sample;
