-- Which press of a button announced a purpose again: the same press, told twice, announces it once.
alter table intent add column pressed text unique;
