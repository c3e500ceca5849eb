/** An application with ten repositories. */
package io.flowdb.boot.data.ten;
