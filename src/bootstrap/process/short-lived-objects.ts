import v8 from 'node:v8';

/**
 * Makes V8 allocate all new objects in the young generation.
 *
 * By default, V8 watches each line of code that allocates. If most objects of a line outlive two
 * collections, V8 allocates later ones in the old generation. A starting server misleads V8: the
 * young generation is still small and full of open requests, so their objects outlive collections.
 * Later, one object in the old generation keeps its whole request in memory until the next full
 * collection. V8 then copied each request twice, which took a quarter of the processor time of a
 * refresh, and the old generation grew by 8 KB a request.
 *
 * Import this module before all others, because compiled code keeps V8's decision. A flag on the
 * command line would be missing where the server is started by `node dist/main.js`.
 */
v8.setFlagsFromString('--no-allocation-site-pretenuring');
