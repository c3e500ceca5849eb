package io.flowdb.boot.data.ten;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Has ten entities and ten repositories. */
@SpringBootApplication
class TenApplication {}
