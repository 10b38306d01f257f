/*
 * The version of the whole: the module's status page and `personalize --version`.
 */
#ifndef PZ_VERSION_H
#define PZ_VERSION_H

#define PZ_VERSION  "0.1.0"

#endif
