/**
 * Words that say nothing by themselves, folded as `purpose-quality.ts` folds: lower case, no accents. A purpose made of these
 * alone doesn't tell why somebody opened a secret; any other word beside them does ("test the new card").
 */
export const emptyWords = new Set(
  `
  access accessing admin asap biz business check checking company daily do doing fix foo general important info
  information job login look looking misc needed needs normal office open opening other password passwords purpose
  purposes quick reason reasons regular required routine secret secrets something stuff task tasks test testing tests
  thing things tmp temp todo urgent usage use using various view viewing whatever work working
  as ok okay yes no nope none nothing na null undefined hello hi hey thanks thx pls please
  a an and at because by for from in into is it its just me my of on one our some the this that these to we i im am
  with need want wanted have has had must should will would can now again today
  acceder acceso algo cosa cosas hacer mirar nada necesario necesito oficina probar prueba pruebas tarea tareas
  trabajando trabajar trabajo urgente usar uso varios ver el la los las un una unos unas de del para por porque que
  quiero con mi hola gracias favor si
  arbeit arbeiten arbeite ansehen anschauen brauche dringend etwas geschaftlich kram nachschauen nichts notig sache
  sachen schauen sonstiges testen zeug zugang zugriff zugreifen benotigt der die das den dem ein eine einen fur ich
  es ist mal nur zum zur zu und von mit bitte danke hallo ja nein wegen
  travail travailler boulot acces acceder autre autres besoin bureau chose choses divers essai essayer faire rien
  regarder truc trucs tache taches utiliser utilisation voir le les une des du au aux pour par parce je jai ai mon ma
  il faut bonjour merci svp oui non
  bla blah blabla etc lorem ipsum dolor asd asdf qwe qwer jkl yxc zxc abc abcd bar baz foobar hm hmm mmm uh um
  `.match(/\S+/g),
);
